import type { LiveConnection } from './live.ts';

/**
 * How the room is heard: `live` over the socket, `polling` while sockets do not work, `waiting` when nothing does.
 */
export type Link = 'connecting' | 'live' | 'polling' | 'waiting';

export interface LinkParts {
  connection(): LiveConnection | null;
  /** Asks for what is new. */
  catchUp(): Promise<void>;
  /** Asks again for what is loaded: it may have been changed while nobody told. */
  reread(): Promise<void>;
  onLink(link: Link): void;
}

const POLL_MS = 5000;
/** How long a connection may take before messages are asked for instead. */
const PATIENCE_MS = 4000;

/** Keeps a room heard, one way or the other. The link says what it is only once what was missed is there. */
export function linkOf({ connection, catchUp, reread, onLink }: LinkParts) {
  let link: Link = 'connecting';
  let isJoined = false;
  let isStopped = false;
  let hasHeard = false;
  let mayHaveMissed = false;
  let poller: ReturnType<typeof setTimeout> | undefined;

  function become(next: Link): void {
    if (link === next || isStopped) return;
    link = next;
    onLink(next);
  }

  async function resync(): Promise<void> {
    if (isStopped) return;
    try {
      await catchUp();
      hasHeard = true;
      become(isJoined ? 'live' : poller ? 'polling' : link);
      if (!mayHaveMissed) return;
      mayHaveMissed = false;
      await reread();
    } catch {
      mayHaveMissed = hasHeard;
      become('waiting');
      if (isJoined) pollLater();
    }
  }

  /** Asks every few seconds until events come again by themselves. */
  function pollLater(ms = POLL_MS): void {
    clearTimeout(poller);
    if (isStopped) return;
    poller = setTimeout(async () => {
      await resync();
      if (isJoined && link === 'live') stopPolling();
      else pollLater(document.hidden ? POLL_MS * 4 : POLL_MS);
    }, ms);
  }
  function stopPolling(): void {
    clearTimeout(poller);
    poller = undefined;
  }

  return {
    resync,
    /** `hasAll`: nothing can have happened on the way here that is not known. */
    joined(hasAll = false) {
      isJoined = true;
      stopPolling();
      if (!hasAll || link === 'waiting') {
        mayHaveMissed ||= hasHeard;
        void resync();
      } else if (hasHeard) become('live');
    },
    refused() {
      isJoined = false;
      pollLater(0);
    },
    /** The connection came up, went down, or is there at last. */
    connectionChanged() {
      if (connection()?.isUp()) return;
      isJoined = false;
      if (link === 'live') become('connecting');
      if (!poller) pollLater(PATIENCE_MS);
    },
    stop() {
      isStopped = true;
      stopPolling();
    },
  };
}
