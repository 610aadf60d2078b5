import './reports.css';
import { useDesk, useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { Loaded } from '../settings/loaded.tsx';
import { useSetting } from '../settings/settings-api.ts';
import { Agents } from './agents.tsx';
import { Controls } from './controls.tsx';
import { Days, Hours, Responses } from './figures.tsx';
import { LiveStrip } from './live-strip.tsx';
import { questionFrom } from './question.ts';
import { type Asked, useReport } from './report-api.ts';
import { Summary } from './summary.tsx';
import { useWords } from './words.ts';

const ownTimezone = Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How the desk stands now, and how it did over some days. */
export default function Statistics() {
  const { say } = useLanguage();
  const words = useWords();
  const { way } = useSurroundings();
  const search = useStore(way.state, (state) => state.search);
  const question = questionFrom(search, ownTimezone, Date.now());
  const { period, timezone, site, fault } = question;
  const asked: Asked = { ...period, timezone, ...(site ? { site } : {}) };
  const report = useReport(asked, fault === undefined);
  return (
    <div className="reports">
      <h1 className="text-xl font-semibold">{say('statistics')}</h1>
      <LiveStrip />
      <div className="flex flex-wrap items-end gap-3">
        <Controls question={question} sites={useSites(site)} />
        <button type="button" className="button ms-auto" onClick={() => report.refetch()}>
          {words('refresh')}
        </button>
      </div>
      <Loaded of={report}>
        {(shown) => (
          <div className="grid gap-4" aria-busy={report.isFetching}>
            <Summary report={shown} />
            {shown.totals.rooms + shown.totals.messages_visitor + shown.totals.messages_team === 0 ? (
              <p className="empty">{words('empty')}</p>
            ) : (
              <div className="figures">
                <Days report={shown} asked={asked} />
                <Hours report={shown} asked={asked} />
                <Responses report={shown} asked={asked} />
                <Agents report={shown} asked={asked} />
              </div>
            )}
          </div>
        )}
      </Loaded>
    </div>
  );
}

/** Those that admins have written down, and those that conversations have come from. */
function useSites(chosen: string | null): string[] {
  const { me, inbox } = useDesk();
  const { data: known = [] } = useSetting('sites', me.isAdmin);
  const rooms = useStore(inbox.state, (state) => state.rooms);
  if (!me.seesAllSites) return [];
  const seen = [...rooms.values()].flatMap((room) => room.site ?? []);
  return [...new Set([...known.map(({ domain }) => domain), ...seen, ...(chosen ? [chosen] : [])])].sort();
}
