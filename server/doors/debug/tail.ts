import type { Hub } from '../../pusher/hub.ts';
import type { Observer } from '../../pusher/observer.ts';
import type { Session } from '../../pusher/session.ts';

export interface Happening {
  /** Epoch milliseconds. */
  at: number;
  kind: 'opened' | 'received' | 'refused' | 'published' | 'closed';
  socket_id: string | null;
  channel: string | null;
  /** The message or the error, cut to a bearable length. */
  text: string | null;
  /** Of an event: this node's sockets that got it. */
  receivers: number | null;
}

export type Listener = (happening: Happening) => void;

const MAX_TEXT = 2000;

/** What happens in an app as it happens, for whoever looks. While nobody does it costs one look at an empty list. */
export class Tail {
  readonly observer: Observer = {
    opened: (session) => this.#ofSession(session, 'opened', null),
    received: (session, text) => this.#ofSession(session, 'received', text),
    refused: (session, error) => this.#ofSession(session, 'refused', error.message),
    closed: (session) => this.#ofSession(session, 'closed', null),
    published: (hub, channel, text, receivers) =>
      this.#tell(hub, { kind: 'published', socket_id: null, channel, text, receivers }),
  };
  readonly #listeners = new Map<Hub, Set<Listener>>();

  /** Answers what ends it. */
  listen(hub: Hub, listener: Listener): () => void {
    const listeners = this.#listeners.get(hub) ?? new Set();
    this.#listeners.set(hub, listeners.add(listener));
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.#listeners.delete(hub);
    };
  }

  #ofSession({ hub, socketId }: Session, kind: Happening['kind'], text: string | null): void {
    this.#tell(hub, { kind, socket_id: socketId, channel: null, text, receivers: null });
  }

  #tell(hub: Hub, what: Omit<Happening, 'at'>): void {
    const listeners = this.#listeners.get(hub);
    if (!listeners) return;
    const happening = { at: Date.now(), ...what, text: what.text && shown(what.text) };
    for (const listener of listeners) listener(happening);
  }
}

/** Without what lets a socket onto a channel: whoever reads it could use it on that socket's behalf. */
function shown(text: string): string {
  const open = text.replace(/(\\?"(?:auth|shared_secret)\\?"\s*:\s*\\?")[^"\\]*/g, '$1…');
  return open.length > MAX_TEXT ? `${open.slice(0, MAX_TEXT)}…` : open;
}
