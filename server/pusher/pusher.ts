import type { App } from './app.ts';
import { ERRORS, PusherError } from './errors.ts';
import { Hub } from './hub.ts';
import { sweep } from './liveness.ts';
import type { Observer } from './observer.ts';
import type { Peers } from './peers.ts';
import type { Session } from './session.ts';

/** All apps of the server. */
export class Pusher {
  readonly #byId = new Map<string, Hub>();
  readonly #byKey = new Map<string, Hub>();

  constructor(apps: readonly App[], peersOf: (app: App) => Peers, observer: Observer = {}) {
    for (const app of apps) {
      const hub = new Hub(app, peersOf(app), observer);
      this.#byId.set(app.id, hub);
      this.#byKey.set(app.key, hub);
    }
  }

  get hubs(): Iterable<Hub> {
    return this.#byId.values();
  }

  byId(id: string): Hub | undefined {
    return this.#byId.get(id);
  }

  byKey(key: string): Hub | undefined {
    return this.#byKey.get(key);
  }

  /** To be called about once a second: the only timer the protocol needs. */
  sweep(): void {
    for (const hub of this.hubs) sweep(hub);
  }

  /** Ends all sockets, evenly spread over the time, so that they do not all come back in the same instant. [P-8] */
  async drain(spreadOverMs: number): Promise<void> {
    const sessions = [...this.hubs].flatMap((hub) => [...hub.sessions.values()]);
    const perTick = Math.max(MIN_CLOSED_PER_TICK, Math.ceil((sessions.length * DRAIN_TICK_MS) / (spreadOverMs || 1)));
    for (let next = 0; next < sessions.length; next += perTick) {
      if (next > 0) await new Promise((resolve) => setTimeout(resolve, DRAIN_TICK_MS));
      for (const session of sessions.slice(next, next + perTick)) endForRestart(session);
    }
  }
}

const DRAIN_TICK_MS = 50;
const MIN_CLOSED_PER_TICK = 10;

function endForRestart(session: Session): void {
  session.end(new PusherError(ERRORS.shuttingDown));
}
