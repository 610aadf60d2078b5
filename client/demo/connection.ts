import type Echo from 'laravel-echo';
import { inEachLanguage, say, write } from './language.ts';
import type { Texts } from './texts/en.ts';

type State = 'connecting' | 'connected' | 'reconnecting' | 'failed' | 'disconnected';
type PusherFailure = { data?: { code?: number; message?: string }; error?: PusherFailure };

/** Errors from here on leave the connection as it is. */
const FIRST_HARMLESS = 4300;

/** Shows how it stands with the connection, and why; and lets the reader try again before the client does. */
export function showConnection(
  echo: Echo<'reverb'>,
  address: string,
  onRefusal: (reason: string) => void,
): { isConnected(): boolean } {
  const panel = document.querySelector<HTMLElement>('.connection') as HTMLElement;
  const [name, more, again] = ['.state', '.more', 'button'].map((selector) => panel.querySelector(selector)) as [
    HTMLElement,
    HTMLElement,
    HTMLButtonElement,
  ];
  const { pusher } = echo.connector;
  let hasBeenConnected = false;
  let reason = '';

  const stateOf = (): State => {
    const state = echo.connectionStatus();
    return state === 'connecting' && hasBeenConnected ? 'reconnecting' : state;
  };
  const show = () => {
    const state = stateOf();
    hasBeenConnected ||= state === 'connected';
    panel.dataset.state = state;
    write(name, say(state));
    const why = state === 'connected' || reason === '' ? '' : ` ${say('serverSaid', { reason })}`;
    write(more, say(`${state}More` as keyof Texts, { address, socket: echo.socketId() ?? '' }) + why);
    write(again, say('tryNow'));
    again.hidden = state === 'connected' || state === 'connecting';
  };

  pusher.connection.bind('error', (failure: PusherFailure) => {
    const { code, message } = failure.data ?? failure.error?.data ?? {};
    if (!code || !message) return;
    if (code >= FIRST_HARMLESS) return onRefusal(`${message} (${code})`);
    reason = `${message} (${code})`;
    show();
  });
  pusher.connection.bind('connected', () => {
    reason = '';
  });
  again.addEventListener('click', () => {
    pusher.disconnect();
    pusher.connect();
  });
  echo.connector.onConnectionChange(show);
  inEachLanguage(show);
  return { isConnected: () => stateOf() === 'connected' };
}
