import type { Hub } from '../../pusher/hub.ts';
import type { Observer } from '../../pusher/observer.ts';

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
    opened: ({ hub, socketId }) => this.#tell(hub, 'opened', socketId, null),
    received: ({ hub, socketId }, text) => this.#tell(hub, 'received', socketId, text),
    refused: ({ hub, socketId }, error) => this.#tell(hub, 'refused', socketId, error.message),
    closed: ({ hub, socketId }) => this.#tell(hub, 'closed', socketId, null),
    published: (hub, channel, { text }, receivers) => this.#tell(hub, 'published', null, text, channel, receivers),
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

  #tell(
    hub: Hub,
    kind: Happening['kind'],
    socketId: string | null,
    text: string | null,
    channel: string | null = null,
    receivers: number | null = null,
  ): void {
    if (this.#listeners.size === 0) return;
    const listeners = this.#listeners.get(hub);
    if (!listeners) return;
    const happening = { at: Date.now(), kind, socket_id: socketId, channel, text: text && shown(text), receivers };
    for (const listener of listeners) listener(happening);
  }
}

/** Without what lets a socket onto a channel: whoever reads it could use it on that socket's behalf. */
function shown(text: string): string {
  const open = text.replace(/(\\?"(?:auth|shared_secret)\\?"\s*:\s*\\?")[^"\\]*/g, '$1…');
  return open.length > MAX_TEXT ? `${open.slice(0, MAX_TEXT)}…` : open;
}
