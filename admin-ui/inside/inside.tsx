import './inside.css';
import { useId, useState } from 'react';
import { useLanguage } from '../frame/surroundings.ts';
import { Loaded } from '../settings/loaded.tsx';
import { type AppInside, type Happening, useApps, useInside, useTail } from './inside-api.ts';
import { useWords } from './words.ts';

/** What goes on inside an app, on the node that answers. */
export default function Inside() {
  const words = useWords();
  const apps = useApps();
  const [chosen, setChosen] = useState<string | null>(null);
  const choice = useId();
  return (
    <>
      <p className="text-muted">{words('why')}</p>
      <Loaded of={apps}>
        {(known) => {
          const app = chosen ?? known[0]?.id;
          if (app === undefined) return null;
          return (
            <>
              {known.length > 1 && (
                <p className="flex items-center gap-2">
                  <label htmlFor={choice}>{words('app')}</label>
                  <select id={choice} className="field w-auto" value={app} onChange={(e) => setChosen(e.target.value)}>
                    {known.map(({ id }) => (
                      <option key={id}>{id}</option>
                    ))}
                  </select>
                </p>
              )}
              <App key={app} app={app} />
            </>
          );
        }}
      </Loaded>
    </>
  );
}

function App({ app }: { app: string }) {
  const words = useWords();
  const inside = useInside(app);
  return (
    <>
      <Tail app={app} />
      <Loaded of={inside}>
        {(shown) => (
          <>
            <div className="flex flex-wrap items-center gap-3">
              <Totals of={shown} />
              <button type="button" className="button ms-auto" onClick={() => inside.refetch()}>
                {words('refresh')}
              </button>
            </div>
            <Channels of={shown} />
            <Sockets of={shown} />
          </>
        )}
      </Loaded>
    </>
  );
}

function Totals({ of: { sockets, sockets_everywhere, channels } }: { of: AppInside }) {
  const words = useWords();
  const { number } = useLanguage();
  return (
    <dl className="inside-totals">
      <dt>{words('sockets here')}</dt>
      <dd>{number(sockets)}</dd>
      <dt>{words('sockets everywhere')}</dt>
      <dd>{number(sockets_everywhere)}</dd>
      <dt>{words('channels')}</dt>
      <dd>{number(channels)}</dd>
    </dl>
  );
}

function Channels({ of: { largest_channels: channels } }: { of: AppInside }) {
  const words = useWords();
  const { number } = useLanguage();
  if (channels.length === 0) return null;
  return (
    <Table title={words('channels')} heads={[words('channel'), words('subscriptions'), words('members')]}>
      {channels.map(({ name, subscriptions, members }) => (
        <tr key={name}>
          <th scope="row">{name}</th>
          <td>{number(subscriptions)}</td>
          <td>{members === null ? '–' : number(members)}</td>
        </tr>
      ))}
    </Table>
  );
}

function Sockets({ of: { newest_sockets: sockets } }: { of: AppInside }) {
  const words = useWords();
  if (sockets.length === 0) return null;
  return (
    <Table
      title={words('newest sockets')}
      heads={[words('socket'), words('user'), words('open for'), words('silent for'), words('channels')]}
    >
      {sockets.map((socket) => (
        <tr key={socket.socket_id}>
          <th scope="row">{socket.socket_id}</th>
          <td>{socket.user_id ?? '–'}</td>
          <td>{words('n seconds', { n: socket.open_seconds })}</td>
          <td>{words('n seconds', { n: socket.silent_seconds })}</td>
          <td>{socket.channels.join(', ') || '–'}</td>
        </tr>
      ))}
    </Table>
  );
}

function Table({ title, heads, children }: { title: string; heads: string[]; children: React.ReactNode }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    <section className="inside-table" aria-label={title} tabIndex={0}>
      <table>
        <caption>{title}</caption>
        <thead>
          <tr>
            {heads.map((head) => (
              <th key={head} scope="col">
                {head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>{children}</tbody>
      </table>
    </section>
  );
}

function Tail({ app }: { app: string }) {
  const words = useWords();
  const [isOn, setOn] = useState(true);
  const [sought, setSought] = useState('');
  const { happenings, isHere } = useTail(app, isOn);
  const isSought = ({ text, channel, socket_id, kind }: Happening) =>
    [text, channel, socket_id, kind].some((part) => part?.toLowerCase().includes(sought.toLowerCase()));
  const shown = sought === '' ? happenings : happenings.filter(isSought);
  return (
    <section className="grid gap-2" aria-label={words('tail')}>
      <div className="flex flex-wrap items-center gap-3">
        <h3 className="font-semibold">{words('tail')}</h3>
        <span role="status" className="text-muted">
          {isOn ? words(isHere ? 'live' : 'connecting') : words('stopped')}
        </span>
        <input
          type="search"
          className="field ms-auto w-56"
          placeholder={words('search')}
          aria-label={words('search')}
          value={sought}
          onChange={(event) => setSought(event.target.value)}
        />
        <button type="button" className="button" aria-pressed={!isOn} onClick={() => setOn(!isOn)}>
          {words(isOn ? 'stop' : 'go on')}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <ol className="inside-tail" aria-label={words('tail')} tabIndex={0}>
        {shown.map((happening) => (
          <Line key={happening.id} of={happening} />
        ))}
        {shown.length === 0 && <li className="text-muted">{words('nothing yet')}</li>}
      </ol>
    </section>
  );
}

function Line({ of: { at, kind, socket_id, channel, text, receivers } }: { of: Happening }) {
  const words = useWords();
  const { number } = useLanguage();
  const time = new Date(at);
  return (
    <li>
      <time dateTime={time.toISOString()}>{time.toLocaleTimeString()}</time> <strong>{words(kind)}</strong>{' '}
      {channel ?? socket_id}
      {receivers !== null && ` → ${number(receivers)}`}
      {text !== null && <code dir="auto">{text}</code>}
    </li>
  );
}
