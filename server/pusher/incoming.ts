import { relayClientEvent } from './client-event.ts';
import { ERRORS, PusherError } from './errors.ts';
import { PONG } from './frames.ts';
import type { Session } from './session.ts';
import { signIn } from './signin.ts';
import { subscribe, unsubscribe } from './subscribe.ts';

/** A message as it came, its `data` unwrapped when that was JSON inside a string. [P-4] */
export interface Incoming {
  event: string;
  channel: unknown;
  data: unknown;
  /** Of the whole text, in UTF-16 units. */
  length: number;
}

export type Payload = Record<string, unknown>;

/** Text in, effects out. @throws PusherError with the code that answers it */
export function dispatch(session: Session, text: string, now: number): void {
  const message = parse(text);
  if (!message.event.startsWith('pusher:')) return relayClientEvent(session, message, now);
  switch (message.event) {
    case 'pusher:subscribe':
      return subscribe(session, payloadOf(message));
    case 'pusher:unsubscribe':
      return unsubscribe(session, payloadOf(message));
    case 'pusher:ping':
      payloadOf(message);
      return session.connection.send(PONG);
    case 'pusher:pong':
      payloadOf(message);
      return;
    case 'pusher:signin':
      return signIn(session, payloadOf(message));
    default:
      throw new PusherError(ERRORS.invalidMessage);
  }
}

export function parse(text: string): Incoming {
  const message = decodeJson(text);
  if (!isObject(message) || typeof message.event !== 'string' || message.event === '') {
    throw new PusherError(ERRORS.invalidMessage);
  }
  let { data } = message;
  if (typeof data === 'string' && !isTooDeep(data)) {
    try {
      data = JSON.parse(data);
    } catch {
      // A plain string stays one.
    }
  }
  return { event: message.event, channel: message.channel, data, length: text.length };
}

/** @throws PusherError when `text` is not JSON, or nested too deeply */
export function decodeJson(text: string): unknown {
  if (isTooDeep(text)) throw new PusherError(ERRORS.invalidMessage);
  try {
    return JSON.parse(text);
  } catch {
    throw new PusherError(ERRORS.invalidMessage);
  }
}

/** As deep as PHP reads JSON, and so Reverb. [P-4] Writing what is nested some thousand times would overflow the stack. */
const MAX_DEPTH = 512;

function isTooDeep(json: string): boolean {
  // What is opened must be closed, so most messages need not be looked through.
  if (json.length <= 2 * MAX_DEPTH) return false;
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < json.length && depth <= MAX_DEPTH; at++) {
    const sign = json[at];
    if (sign === '"') isInString = !isInString;
    else if (isInString && sign === '\\') at += 1;
    else if (!isInString && (sign === '[' || sign === '{')) depth += 1;
    else if (!isInString && (sign === ']' || sign === '}')) depth -= 1;
  }
  return depth > MAX_DEPTH;
}

export function isObject(value: unknown): value is Payload {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The `data` of a protocol event: an object, or something empty. */
function payloadOf({ data }: Incoming): Payload {
  if (!data || (Array.isArray(data) && data.length === 0)) return {};
  if (!isObject(data)) throw new PusherError(ERRORS.invalidMessage);
  return data;
}
