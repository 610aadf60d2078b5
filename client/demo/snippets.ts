import { inEachLanguage, say } from './language.ts';

export interface Place {
  appId: string;
  key: string;
  host: string;
  port: number;
  isSecure: boolean;
  /** In front of every path; '' or '/ws'. */
  path: string;
}

/** What the reader's own application needs to say, with what is true of this server filled in. */
export function writeSnippets(place: Place): void {
  const texts: Record<string, string> = { echo: echo(place), laravel: laravel(place), library: library(place) };
  for (const figure of document.querySelectorAll<HTMLElement>('[data-snippet]')) {
    const text = texts[figure.dataset.snippet ?? ''] ?? '';
    const block = figure.querySelector('pre') as HTMLPreElement;
    block.tabIndex = 0; // it scrolls
    (block.querySelector('code') as HTMLElement).textContent = text;
    const button = figure.querySelector('button');
    if (button) offerCopy(button, text);
  }
}

function echo({ key, host, port, isSecure, path }: Place): string {
  return `import Echo from 'laravel-echo';
import Pusher from 'pusher-js';

window.Pusher = Pusher;
window.Echo = new Echo({
  broadcaster: 'reverb',
  key: '${key}',
  wsHost: '${host}',
  wsPort: ${port},
  wssPort: ${port},${path ? `\n  wsPath: '${path}',` : ''}
  forceTLS: ${isSecure},
  enabledTransports: ['ws', 'wss'],
});

Echo.channel('orders').listen('.shipped', (order) => {
  console.log(order);
});`;
}

function laravel({ appId, key, host, port, isSecure, path }: Place): string {
  return `BROADCAST_CONNECTION=reverb

REVERB_APP_ID=${appId}
REVERB_APP_KEY=${key}
REVERB_APP_SECRET=…
REVERB_HOST="${host}"
REVERB_PORT=${port}
REVERB_SCHEME=${isSecure ? 'https' : 'http'}${path ? `\nREVERB_SERVER_PATH=${path}/` : ''}`;
}

function library({ appId, key, host, port, isSecure }: Place): string {
  return `import Pusher from 'pusher';

const pusher = new Pusher({
  appId: '${appId}',
  key: '${key}',
  secret: '…',
  host: '${host}',
  port: '${port}',
  useTLS: ${isSecure},
});

await pusher.trigger('orders', 'shipped', { id: 1 });`;
}

/** Browsers give the clipboard to secure pages only; elsewhere there is no button. */
function offerCopy(button: HTMLButtonElement, text: string): void {
  if (!navigator.clipboard) return;
  button.hidden = false;
  inEachLanguage(() => {
    button.textContent = say('copy');
  });
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = say('copied');
  });
}
