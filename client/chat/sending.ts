import type { Message } from './message.ts';
import { mayPass, type Trouble, troubleFrom, waitBeforeRetry } from './trouble.ts';

export interface OutgoingFile {
  name: string;
  type: string;
  blob: Blob;
}

/** A message on its way. It stays in the outbox until the server has it, whatever becomes of the page. */
export interface Outgoing {
  clientId: string;
  /** 0: the room does not exist yet; see `adopt`. */
  roomId: number;
  text: string;
  files: readonly OutgoingFile[];
  /** Of a note: whom of the team it speaks to. */
  mentions?: readonly number[];
  /** How far its writer had read: what a colleague has answered since then stops it. */
  seenThrough?: number;
  queuedAt: number;
  /** Why it will not be sent again unless somebody asks. */
  failure: { kind: Trouble['kind']; reason: string | null; answer?: unknown } | null;
}

/** Where outgoing messages wait. Answers them in the order they were added, over all tabs. */
export interface Outbox {
  add(entry: Outgoing): Promise<void>;
  ofRoom(roomId: number): Promise<Outgoing[]>;
  /** Where something waits. */
  rooms(): Promise<number[]>;
  change(clientId: string, change: Partial<Outgoing>): Promise<void>;
  remove(clientId: string): Promise<void>;
}

export interface SenderParts {
  outbox: Outbox;
  post(entry: Outgoing, onProgress: (part: number) => void, signal: AbortSignal): Promise<Message>;
  /** Runs `work` while no other tab does. */
  alone(name: string, work: () => Promise<void>): Promise<void>;
  onStored(message: Message): void;
  /** The outbox has changed; `waitUntil`: the server asked to wait until then (epoch ms). */
  onChange(): void;
  onProgress(clientId: string, part: number): void;
  onTrouble(trouble: Trouble, retryAt: number | null): void;
  /** Ends early when `wake` does. */
  pause?: (ms: number, wake: AbortSignal) => Promise<void>;
}

/** How long not yet sent messages are waited for before the next attempt is made. */
export interface Sender {
  send(entry: Outgoing): Promise<void>;
  /** Tries now, not when the wait is over: the network is back, or another tab left something. */
  wake(): void;
  /** Once more, perhaps with something said otherwise. */
  retry(clientId: string, change?: Pick<Outgoing, 'seenThrough'>): Promise<void>;
  discard(clientId: string): Promise<void>;
  /** Gives entries written before their room was known to the room. */
  adopt(from: number): Promise<void>;
  stop(): void;
}

/** Empties a room's outbox, one message at a time, oldest first. */
export function senderOf(roomId: number, parts: SenderParts): Sender {
  const { outbox, pause = pauseFor } = parts;
  let isRunning = false;
  let isStopped = false;
  let isAskedAgain = false;
  let waking = new AbortController();
  const posting = new Map<string, AbortController>();

  /** Answers whether there may be more to send. */
  async function sendFirst(): Promise<Trouble | 'more' | 'empty'> {
    const first = (await outbox.ofRoom(roomId)).find((entry) => entry.failure === null);
    if (!first || isStopped) return 'empty';
    const cancel = new AbortController();
    posting.set(first.clientId, cancel);
    try {
      const stored = await parts.post(first, (part) => parts.onProgress(first.clientId, part), cancel.signal);
      await outbox.remove(first.clientId);
      parts.onStored(stored);
    } catch (error) {
      const trouble = troubleFrom(error);
      if (cancel.signal.aborted) return 'more';
      if (mayPass(trouble) || trouble.kind === 'unauthenticated') return trouble;
      const { kind, reason, answer } = trouble;
      await outbox.change(first.clientId, { failure: { kind, reason, answer } });
      parts.onTrouble(trouble, null);
    } finally {
      posting.delete(first.clientId);
    }
    parts.onChange();
    return 'more';
  }

  async function run(): Promise<void> {
    isAskedAgain = true;
    if (isRunning) return;
    isRunning = true;
    let failures = 0;
    try {
      while (isAskedAgain && !isStopped) {
        isAskedAgain = false;
        let outcome: Trouble | 'more' | 'empty' = 'more';
        // The lock is held for one message only, so that a sleeping tab never keeps the others from sending.
        while (outcome === 'more') {
          await parts.alone(`outbox-${roomId}`, async () => {
            outcome = await sendFirst();
          });
          if (outcome === 'more') failures = 0;
        }
        if (typeof outcome === 'string') continue;
        const trouble = outcome as Trouble;
        failures += 1;
        // Asking again with the same token is no use: `wake` comes when there is another.
        const waitMs = trouble.kind === 'unauthenticated' ? 3_600_000 : waitBeforeRetry(trouble, failures);
        parts.onTrouble(trouble, Date.now() + waitMs);
        await pause(waitMs, waking.signal);
        isAskedAgain = true;
      }
    } finally {
      isRunning = false;
    }
  }

  const wake = () => {
    waking.abort();
    waking = new AbortController();
    void run();
  };

  return {
    async send(entry) {
      await outbox.add({ ...entry, roomId });
      parts.onChange();
      void run();
    },
    wake,
    async retry(clientId, change = {}) {
      await outbox.change(clientId, { ...change, failure: null });
      parts.onChange();
      wake();
    },
    async discard(clientId) {
      await outbox.remove(clientId);
      posting.get(clientId)?.abort();
      parts.onChange();
      wake();
    },
    async adopt(from) {
      for (const { clientId } of await outbox.ofRoom(from)) await outbox.change(clientId, { roomId });
      parts.onChange();
      wake();
    },
    stop() {
      isStopped = true;
      waking.abort();
    },
  };
}

function pauseFor(ms: number, wake: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    wake.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
