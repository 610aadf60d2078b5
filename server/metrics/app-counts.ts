import type { Hub } from '../pusher/hub.ts';
import type { Observer } from '../pusher/observer.ts';

/** What one app's sockets did on this node since it started. Plain numbers: they are touched for every message. */
export class AppCounts {
  opened = 0;
  closed = 0;
  pruned = 0;
  overflowed = 0;
  received = 0;
  receivedBytes = 0;
  refused = 0;
  published = 0;
  delivered = 0;
  deliveredBytes = 0;
}

/** Counts by watching the protocol. */
export class AppCounter {
  readonly observer: Observer = {
    opened: ({ hub }) => {
      this.of(hub).opened += 1;
    },
    closed: ({ hub }) => {
      this.of(hub).closed += 1;
    },
    pruned: ({ hub }) => {
      this.of(hub).pruned += 1;
    },
    overflowed: ({ hub }) => {
      this.of(hub).overflowed += 1;
    },
    refused: ({ hub }) => {
      this.of(hub).refused += 1;
    },
    received: ({ hub }, text) => {
      const counts = this.of(hub);
      counts.received += 1;
      counts.receivedBytes += Buffer.byteLength(text);
    },
    published: (hub, _channel, frame, receivers) => {
      const counts = this.of(hub);
      counts.published += 1;
      counts.delivered += receivers;
      counts.deliveredBytes += receivers * frame.byteLength;
    },
  };
  readonly #byApp = new Map<string, AppCounts>();

  of({ app }: Hub): AppCounts {
    let counts = this.#byApp.get(app.id);
    if (!counts) {
      counts = new AppCounts();
      this.#byApp.set(app.id, counts);
    }
    return counts;
  }
}
