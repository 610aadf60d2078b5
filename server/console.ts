import type { FastifyBaseLogger } from 'fastify';
import { PusherError } from './pusher/errors.ts';
import type { Observer } from './pusher/observer.ts';

const WIDTH = 80;
const MAX_STRING = 200;

/** What `--debug` prints: two columns and the messages themselves, as reverb:start --debug does. */
export function debugConsole(print: (line: string) => void): Observer {
  const row = (title: string, value: string) =>
    print(`  ${title} ${'.'.repeat(Math.max(3, WIDTH - title.length - value.length))} ${value}`);
  return {
    opened: ({ socketId }) => row('Connection Established', socketId),
    received: ({ socketId }, text) => {
      row('Message Received', socketId);
      print(pretty(text));
    },
    handled: ({ socketId }) => row('Message Handled', socketId),
    refused: ({ socketId }, error) => {
      const kind = error instanceof PusherError ? 'a pusher error' : 'an unknown error';
      print(`  Message from ${socketId} resulted in ${kind}: ${error.message}`);
    },
    published: (_hub, channel, { text }) => {
      row('Broadcasting To', channel);
      print(pretty(text));
    },
    pinged: ({ socketId }) => row('Connection Pinged', socketId),
    pruned: ({ socketId }) => row('Connection Pruned', socketId),
    closed: ({ socketId }) => row('Connection Closed', socketId),
  };
}

/** What is worth a line in the structured log of a server nobody is watching. */
export function logObserver(log: FastifyBaseLogger): Observer {
  return {
    refused: (session, error) => {
      if (error instanceof PusherError) log.debug({ socketId: session.socketId, code: error.code }, error.message);
      else log.error({ socketId: session.socketId, err: error }, 'a message could not be handled');
    },
    pruned: ({ socketId }) => log.debug({ socketId }, 'closed a socket that did not answer'),
  };
}

/** JSON laid out, strings that hold JSON unfolded, long strings cut. */
function pretty(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), unfold, 4);
  } catch {
    return cut(text);
  }
}

function unfold(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (key === 'data' || key === 'channel_data' || key === 'user_data') {
    try {
      return JSON.parse(value);
    } catch {
      // Not JSON: shown as it is.
    }
  }
  return cut(value);
}

function cut(text: string): string {
  return text.length > MAX_STRING ? `${text.slice(0, MAX_STRING)}...` : text;
}
