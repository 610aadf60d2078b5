import { useLanguage } from '../frame/surroundings.ts';
import { durationIn } from './duration.ts';
import type { Report } from './report-api.ts';
import { useWords } from './words.ts';

const COUNTS = ['rooms', 'messages_visitor', 'messages_team', 'resolved', 'closed'] as const;
const TIMES = ['wait', 'first_response', 'reply', 'resolution'] as const;

/** The numbers of all days together. */
export function Summary({ report }: { report: Report }) {
  const words = useWords();
  const { number, locale } = useLanguage();
  const duration = durationIn(locale);
  const orNone = (seconds: number | null) => (seconds === null ? '–' : duration(seconds));
  return (
    <div className="grid gap-2">
      <dl className="tiles">
        {COUNTS.map((name) => (
          <div key={name} className="tile">
            <dt className="text-muted">{words(name)}</dt>
            <dd>
              <b data-total={name}>{number(report.totals[name])}</b>
            </dd>
          </div>
        ))}
      </dl>
      <dl className="tiles" data-wide="true">
        {TIMES.map((name) => (
          <div key={name} className="tile">
            <dt className="text-muted">{words(name)}</dt>
            <dd>
              <b data-time={name}>{orNone(report[name].median_seconds)}</b>
              <span className="block text-muted text-[13px]">
                {words('nine of ten', { time: orNone(report[name].p90_seconds) })}
              </span>
            </dd>
          </div>
        ))}
      </dl>
    </div>
  );
}
