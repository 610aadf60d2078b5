import { useState } from 'react';
import { Icon } from '../frame/icons.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import type { Faults } from './faults.ts';
import { ChoiceField, Fault, FormBox, SaveBar, TextField, Tick } from './fields.tsx';
import { formOf, type HoursForm, hoursOf, nextShift, ownTimezone, type Shift, wrongDay } from './hours-form.ts';
import { Loaded } from './loaded.tsx';
import { ScopeChoice, useScope } from './scope.tsx';
import { type Hours, useChanged, useSetting, useSettings } from './settings-api.ts';
import { useForm } from './use-form.ts';
import { useWords } from './words.ts';

/** When somebody is there to answer, on every site or on one. */
export function OfficeHours() {
  const words = useWords();
  const scope = useScope();
  const defaults = useSetting('widget');
  const sites = useSetting('sites');
  return (
    <>
      <p className="text-muted">{words('hours why')}</p>
      <ScopeChoice />
      {scope === null ? (
        <Loaded of={defaults}>{({ hours }) => <HoursEditor key="" domain={null} hours={hours} />}</Loaded>
      ) : (
        <Loaded of={sites}>
          {(known) => (
            <HoursEditor
              key={scope}
              domain={scope}
              hours={known.find(({ domain }) => domain === scope)?.hours ?? null}
            />
          )}
        </Loaded>
      )}
    </>
  );
}

function HoursEditor({ domain, hours }: { domain: string | null; hours: Hours | null }) {
  const words = useWords();
  const { setWidget } = useSettings();
  const changed = useChanged();
  const days = useDays();
  const form = useForm<HoursForm>({
    name: `hours ${domain ?? ''}`,
    saved: formOf(hours),
    check: ({ isSet, week }): Faults => {
      const wrong = isSet ? wrongDay(week) : undefined;
      return wrong === undefined ? {} : { 'hours.weekly': words('bad shift', { day: days[wrong] ?? '' }) };
    },
    async save(value) {
      await setWidget(domain, { hours: hoursOf(value) });
      await changed('widget', 'sites');
    },
  });
  const { value, faults, change } = form;
  const setDay = (at: number, shifts: readonly Shift[]) =>
    change({ week: value.week.map((each, index) => (index === at ? shifts : each)) });
  return (
    <FormBox form={form} label={words('hours')} className="grid max-w-3xl gap-5">
      <Tick
        label={words(domain === null ? 'has hours' : 'has own hours')}
        isOn={value.isSet}
        onChange={(isSet) => change({ isSet })}
      />
      {!value.isSet && <p className="text-muted">{words(domain === null ? 'no hours why' : 'no own hours why')}</p>}
      {value.isSet && (
        <>
          <Timezone
            value={value.timezone}
            fault={faults['hours.timezone']}
            onChange={(timezone) => change({ timezone })}
          />
          <fieldset className="group">
            <legend>{words('week')}</legend>
            <div className="wide grid">
              {value.week.map((shifts, at) => (
                <Day key={days[at]} name={days[at] ?? ''} shifts={shifts} onChange={(next) => setDay(at, next)} />
              ))}
            </div>
            <Fault faults={faults} of="hours.weekly" />
            <button
              type="button"
              className="button wide justify-self-start"
              onClick={() =>
                change({ week: value.week.map((shifts, at) => (at < 5 ? (value.week[0] ?? []) : shifts)) })
              }
            >
              {words('monday to all')}
            </button>
          </fieldset>
          <Holidays
            holidays={value.holidays}
            fault={faults['hours.holidays']}
            onChange={(holidays) => change({ holidays })}
          />
        </>
      )}
      <SaveBar form={form} />
    </FormBox>
  );
}

function Timezone(props: { value: string; fault: string | undefined; onChange(zone: string): void }) {
  const words = useWords();
  const zones = new Set([props.value, ownTimezone(), 'UTC', ...Intl.supportedValuesOf('timeZone')]);
  return (
    <div className="max-w-sm">
      <ChoiceField label={words('timezone')} options={[...zones].map((zone) => [zone, zone] as const)} {...props} />
    </div>
  );
}

function Day({
  name,
  shifts,
  onChange,
}: {
  name: string;
  shifts: readonly Shift[];
  onChange(shifts: readonly Shift[]): void;
}) {
  const words = useWords();
  const put = (at: number, part: Partial<Shift>) =>
    onChange(shifts.map((shift, index) => (index === at ? { ...shift, ...part } : shift)));
  return (
    <fieldset aria-label={name} className="day">
      <Tick label={name} isOn={shifts.length > 0} onChange={(isOn) => onChange(isOn ? [nextShift([])] : [])} />
      <div className="grid gap-2">
        {shifts.length === 0 && <span className="text-muted">{words('nobody there')}</span>}
        {shifts.map(({ from, to }, at) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they are told apart by their places alone
          <span key={at} className="flex flex-wrap items-center gap-1.5">
            <input
              type="time"
              className="field time"
              aria-label={words('from n', { day: name, number: at + 1 })}
              value={from}
              onChange={(event) => put(at, { from: event.target.value })}
            />
            <span aria-hidden="true">–</span>
            <input
              type="time"
              className="field time"
              aria-label={words('to n', { day: name, number: at + 1 })}
              value={to}
              onChange={(event) => put(at, { to: event.target.value })}
            />
            <button
              type="button"
              className="button-quiet"
              aria-label={words('remove shift n', { day: name, number: at + 1 })}
              onClick={() => onChange(shifts.filter((_, index) => index !== at))}
            >
              <Icon name="close" size={16} />
            </button>
          </span>
        ))}
      </div>
      {shifts.length > 0 && shifts.length < 5 && (
        <button
          type="button"
          className="button-quiet"
          aria-label={words('add shift n', { day: name })}
          onClick={() => onChange([...shifts, nextShift(shifts)])}
        >
          + {words('add shift')}
        </button>
      )}
    </fieldset>
  );
}

function Holidays({
  holidays,
  fault,
  onChange,
}: {
  holidays: readonly string[];
  fault: string | undefined;
  onChange(days: readonly string[]): void;
}) {
  const words = useWords();
  const { locale } = useLanguage();
  const [day, setDay] = useState('');
  const shown = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
  const add = () => {
    onChange([...new Set([...holidays, day])].sort());
    setDay('');
  };
  return (
    <fieldset className="group">
      <legend>{words('holidays')}</legend>
      {holidays.length > 0 && (
        <ul className="wide flex flex-wrap gap-2">
          {holidays.map((holiday) => {
            const name = shown.format(Date.parse(`${holiday}T00:00Z`));
            return (
              <li key={holiday} className="holiday">
                {name}
                <button
                  type="button"
                  className="button-quiet"
                  aria-label={words('remove holiday', { day: name })}
                  onClick={() => onChange(holidays.filter((each) => each !== holiday))}
                >
                  <Icon name="close" size={14} />
                </button>
              </li>
            );
          })}
        </ul>
      )}
      <div className="wide flex flex-wrap items-end gap-2">
        <TextField label={words('holiday')} type="date" value={day} fault={fault} onChange={setDay} />
        <button type="button" className="button" disabled={day === ''} onClick={add}>
          {words('add holiday')}
        </button>
      </div>
    </fieldset>
  );
}

/** Monday to Sunday, as the reader calls them. */
function useDays(): string[] {
  const { locale } = useLanguage();
  const name = new Intl.DateTimeFormat(locale, { weekday: 'long', timeZone: 'UTC' });
  // 2024 began on a Monday.
  return [1, 2, 3, 4, 5, 6, 7].map((day) => {
    const text = name.format(Date.UTC(2024, 0, day));
    return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
  });
}
