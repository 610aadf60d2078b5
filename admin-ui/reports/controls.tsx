import { useId } from 'react';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { type Period, presets } from './period.ts';
import type { Question } from './question.ts';
import { useWords } from './words.ts';

/** Which days, by whose clock, of which site. All of it is in the address. */
export function Controls({ question, sites }: { question: Question; sites: readonly string[] }) {
  const words = useWords();
  const { way } = useSurroundings();
  const { preset, period, timezone, site, fault } = question;
  const id = useId();
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const zones = new Set([timezone, own, 'UTC', ...Intl.supportedValuesOf('timeZone')]);
  const choose = (value: string) =>
    way.search(value === 'custom' ? { period: null, ...period } : { period: value, from: null, to: null });
  return (
    <form className="controls" aria-label={words('which')} onSubmit={(event) => event.preventDefault()}>
      <label>
        {words('period')}
        <select className="field" value={preset ?? 'custom'} onChange={(event) => choose(event.target.value)}>
          {[...presets, 'custom' as const].map((each) => (
            <option key={each} value={each}>
              {words(`period ${each}`)}
            </option>
          ))}
        </select>
      </label>
      {preset === null &&
        (['from', 'to'] as const satisfies readonly (keyof Period)[]).map((end) => (
          <label key={end}>
            {words(end)}
            <input
              type="date"
              className="field"
              value={period[end]}
              aria-invalid={fault !== undefined}
              aria-describedby={fault ? id : undefined}
              onChange={(event) => way.search({ [end]: event.target.value })}
            />
          </label>
        ))}
      <label>
        {words('timezone')}
        <select
          className="field"
          value={timezone}
          onChange={(event) => way.search({ timezone: event.target.value === own ? null : event.target.value })}
        >
          {[...zones].map((zone) => (
            <option key={zone}>{zone}</option>
          ))}
        </select>
      </label>
      {sites.length > 0 && (
        <label>
          {words('site')}
          <select
            className="field"
            value={site ?? ''}
            onChange={(event) => way.search({ site: event.target.value || null })}
          >
            <option value="">{words('all sites')}</option>
            {sites.map((each) => (
              <option key={each}>{each}</option>
            ))}
          </select>
        </label>
      )}
      <p id={id} role="alert" className="text-bad empty:hidden">
        {fault && words(fault)}
      </p>
    </form>
  );
}

/** A day as people write it, short enough for an axis or in full. */
export function useDayNames(): { short(day: string): string; full(day: string): string } {
  const { locale } = useLanguage();
  const short = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  return { short: (day) => short.format(Date.parse(day)), full: (day) => full.format(Date.parse(day)) };
}
