import Echo from 'laravel-echo';
import Pusher from 'pusher-js';
import { showConnection } from './connection.ts';
import { inEachLanguage, say, startSpeaking, write } from './language.ts';
import { openLog } from './log.ts';
import { type Place, writeSnippets } from './snippets.ts';

const find = <Kind extends HTMLElement>(id: string) => document.getElementById(id) as Kind;
interface Message {
  text: string;
  /** Of a publish, so that the tab that made it knows its own voice again. */
  id?: string;
}

startSpeaking(find<HTMLSelectElement>('language'));
const log = openLog(find<HTMLOListElement>('log'));

const settings: { appId: string; key: string; socketPath: string; channel: string } = await (
  await fetch('/demo/settings')
).json();
const isSecure = location.protocol === 'https:';
const place: Place = {
  appId: settings.appId,
  key: settings.key,
  host: location.hostname,
  port: Number(location.port) || (isSecure ? 443 : 80),
  isSecure,
  path: settings.socketPath,
};
writeSnippets(place);

const echo = new Echo({
  broadcaster: 'reverb',
  key: place.key,
  Pusher,
  wsHost: place.host,
  wsPort: place.port,
  wssPort: place.port,
  wsPath: place.path,
  forceTLS: isSecure,
  enabledTransports: ['ws', 'wss'],
  authEndpoint: '/demo/auth',
});
const connection = showConnection(echo, `${isSecure ? 'wss' : 'ws'}://${location.host}${place.path}`, (reason) =>
  log({ from: 'server', kind: 'refused', reason }),
);

let tabs = 0;
function countTabs(count: number): void {
  tabs = count;
  write(find('tabs'), tabs === 0 ? '' : tabs === 1 ? say('alone') : say('together', { count: tabs }));
}
inEachLanguage(() => countTabs(tabs));
echo.connector.onConnectionChange(() => {
  if (!connection.isConnected()) countTabs(0);
});

const published = new Set<string>();
const channel = echo.join(settings.channel.replace(/^presence-/, ''));
channel
  .here((members: unknown[]) => countTabs(members.length))
  .joining(() => {
    countTabs(tabs + 1);
    log({ from: 'server', kind: 'joined' });
  })
  .leaving(() => {
    countTabs(tabs - 1);
    log({ from: 'server', kind: 'left' });
  })
  .error(({ error }: { error?: string }) => log({ from: 'server', kind: 'refused', reason: error ?? '' }))
  .listen('.demo.message', ({ text, id = '' }: Message) =>
    log({ from: published.delete(id) ? 'here' : 'there', kind: 'published', text }),
  )
  .listenForWhisper('message', ({ text }: Message) => log({ from: 'there', kind: 'whispered', text: String(text) }));

onSubmit('whisper', async (text) => {
  if (!connection.isConnected()) return say('whisperOffline');
  channel.whisper('message', { text });
  log({ from: 'here', kind: 'whispered', text });
  return tabs > 1 ? '' : say('whisperAlone');
});

onSubmit('publish', async (text) => {
  find('request').hidden = true;
  const signed = await fetch('/demo/sign', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ text }),
  });
  const request = await signed.json();
  if (!signed.ok) throw new Error(request.message);
  published.add(request.id);
  const answer = await fetch(request.url, { method: 'POST', body: request.body });
  const words = `${answer.status} ${await answer.text()}`;
  find('request').hidden = false;
  find('request-text').textContent = `POST ${request.url.replaceAll('&', '\n  &')}\n\n${request.body}\n\n→ ${words}`;
  if (answer.ok) return `\`POST ${request.url.split('?')[0]}\` → ${words}`;
  published.delete(request.id);
  throw new Error(words);
});

/** The field is emptied when the text has gone out, and keeps it when it has not. */
function onSubmit(id: string, send: (text: string) => Promise<string>): void {
  const form = find<HTMLFormElement>(id);
  const field = form.querySelector('input') as HTMLInputElement;
  const answer = form.querySelector('output') as HTMLOutputElement;
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const text = field.value.trim();
    if (text === '') return;
    try {
      const words = await send(text);
      write(answer, words);
      if (words !== say('whisperOffline')) field.value = '';
    } catch (error) {
      write(answer, error instanceof TypeError ? say('unreachable') : (error as Error).message);
    }
  });
}
