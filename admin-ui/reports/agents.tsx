import { Avatar } from '../frame/avatar.tsx';
import { useLanguage } from '../frame/surroundings.ts';
import { durationIn } from './duration.ts';
import { Figure } from './figure.tsx';
import type { Asked, Report } from './report-api.ts';
import { useWords } from './words.ts';

/** Who did how much. */
export function Agents({ report: { agents }, asked }: { report: Report; asked: Asked }) {
  const words = useWords();
  const { number, locale } = useLanguage();
  const duration = durationIn(locale);
  const time = (seconds: number | null) => (seconds === null ? '–' : duration(seconds));
  const table = {
    columns: [
      ...[words('agent'), words('agent rooms'), words('agent messages'), words('resolved')],
      ...[words('first_response'), words('reply')],
    ],
    rows: agents.map(({ user, rooms, messages, resolved, ...times }) => ({
      key: String(user.id),
      cells: [
        ...[user.name, number(rooms), number(messages), number(resolved)],
        ...[time(times.first_response_median_seconds), time(times.reply_median_seconds)],
      ],
    })),
  };
  const most = Math.max(1, ...agents.map(({ messages }) => messages));
  return (
    <Figure title={words('by agent')} table={table} csv={{ table: 'agents', asked }}>
      {agents.length === 0 ? (
        <p className="text-muted">{words('no agents')}</p>
      ) : (
        <ul className="grid gap-3" aria-hidden="true">
          {agents.map(({ user, rooms, messages, ...times }) => (
            <li key={user.id} className="flex items-center gap-3">
              <Avatar id={user.id} name={user.name} size={28} />
              <span className="grid min-w-0 grow gap-1">
                <span className="flex flex-wrap gap-x-3">
                  <span className="grow font-medium [overflow-wrap:anywhere]" dir="auto">
                    {user.name}
                  </span>
                  <span className="text-muted">
                    {words('n messages', { n: messages })} · {words('n rooms', { n: rooms })} ·{' '}
                    {time(times.first_response_median_seconds)}
                  </span>
                </span>
                <span className="bar">
                  <span style={{ inlineSize: `${(messages / most) * 100}%` }} />
                </span>
              </span>
            </li>
          ))}
        </ul>
      )}
    </Figure>
  );
}
