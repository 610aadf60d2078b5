import { useLanguage } from '../frame/surroundings.ts';
import { Chart } from './chart.tsx';
import { useDayNames } from './controls.tsx';
import { durationIn, shortDurationIn } from './duration.ts';
import { Figure } from './figure.tsx';
import type { Asked, Report } from './report-api.ts';
import { useWords } from './words.ts';

interface Props {
  report: Report;
  asked: Asked;
}

const COUNT_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 50_000, 100_000];
const SECOND_STEPS = [
  ...[1, 5, 10, 30, 60, 120, 300, 600, 1800],
  ...[1, 2, 4, 6, 12, 24, 48, 96, 240, 480].map((hours) => hours * 3600),
];
const VISITORS = { colour: '--chart-1' };
const TEAM = { colour: '--chart-2', dash: [7, 4] };
const ROOMS = { colour: '--chart-3', dash: [2, 3] };

/** How much there was on each day. */
export function Days({ report: { by_day: days }, asked }: Props) {
  const words = useWords();
  const { number, locale } = useLanguage();
  const { short, full } = useDayNames();
  const duration = durationIn(locale);
  const time = (seconds: number | null) => (seconds === null ? '–' : duration(seconds));
  const table = {
    columns: [
      ...[words('day'), words('rooms'), words('messages_visitor'), words('messages_team'), words('resolved')],
      ...[words('first_response'), words('resolution')],
    ],
    rows: days.map((day) => ({
      key: day.day,
      cells: [
        ...[full(day.day), number(day.rooms), number(day.messages_visitor), number(day.messages_team)],
        ...[number(day.resolved), time(day.first_response_median_seconds), time(day.resolution_median_seconds)],
      ],
    })),
  };
  return (
    <Figure title={words('by day')} table={table} csv={{ table: 'days', asked }}>
      <Chart
        label={words('by day')}
        kind="lines"
        names={days.map(({ day }) => short(day))}
        lines={[
          { ...VISITORS, label: words('messages_visitor'), values: days.map((day) => day.messages_visitor) },
          { ...TEAM, label: words('messages_team'), values: days.map((day) => day.messages_team) },
          { ...ROOMS, label: words('rooms'), values: days.map((day) => day.rooms) },
        ]}
        steps={COUNT_STEPS}
        write={number}
      />
    </Figure>
  );
}

/** At which hours there is most to do, all days together. */
export function Hours({ report: { by_hour: hours }, asked }: Props) {
  const words = useWords();
  const { number, locale } = useLanguage();
  const clock = new Intl.DateTimeFormat(locale, {
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
    timeZone: 'UTC',
  });
  const name = (hour: number) => clock.format(Date.UTC(2024, 0, 1, hour));
  const table = {
    columns: [words('hour'), words('rooms'), words('messages_visitor'), words('messages_team')],
    rows: hours.map(({ hour, rooms, messages_visitor, messages_team }) => ({
      key: String(hour),
      cells: [name(hour), number(rooms), number(messages_visitor), number(messages_team)],
    })),
  };
  return (
    <Figure title={words('by hour')} table={table} csv={{ table: 'hours', asked }}>
      <Chart
        label={words('by hour')}
        kind="bars"
        names={hours.map(({ hour }) => name(hour))}
        lines={[
          {
            colour: VISITORS.colour,
            label: words('messages_visitor'),
            values: hours.map((each) => each.messages_visitor),
          },
          { colour: TEAM.colour, label: words('messages_team'), values: hours.map((each) => each.messages_team) },
        ]}
        steps={COUNT_STEPS}
        write={number}
      />
    </Figure>
  );
}

/** How long people waited for a first answer, and for an end. */
export function Responses({ report: { by_day: days }, asked }: Props) {
  const words = useWords();
  const { locale } = useLanguage();
  const { short, full } = useDayNames();
  const duration = durationIn(locale);
  const time = (seconds: number | null) => (seconds === null ? '–' : duration(seconds));
  return (['first_response', 'resolution'] as const).map((name) => {
    const seconds = days.map((day) => day[`${name}_median_seconds`]);
    const title = words(`${name} by day`);
    const rows = days.map(({ day }, at) => ({ key: day, cells: [full(day), time(seconds[at] ?? null)] }));
    return (
      <Figure
        key={name}
        title={title}
        table={{ columns: [words('day'), words(name)], rows }}
        csv={{ table: 'days', asked }}
      >
        <Chart
          label={title}
          kind="lines"
          names={days.map(({ day }) => short(day))}
          lines={[{ ...VISITORS, label: words(name), values: seconds }]}
          steps={SECOND_STEPS}
          write={duration}
          writeShort={shortDurationIn(locale)}
        />
      </Figure>
    );
  });
}
