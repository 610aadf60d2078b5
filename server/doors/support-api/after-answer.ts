import { AsyncLocalStorage } from 'node:async_hooks';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply } from 'fastify';

/** Nobody who reads slowly may hold up a whole room. */
const LONGEST_WAIT_MS = 1000;

/**
 * Keeps what a request caused until the request has been answered: the deployed frontends append a POST's answer
 * without looking for a duplicate, while their event handlers do look. What is kept under one key goes out in the order
 * it came, whichever request is answered first.
 */
export class AfterAnswer {
  readonly #answer = new AsyncLocalStorage<Promise<void>>();
  readonly #turns = new Map<string, Promise<void>>();
  readonly #reportFault: (error: unknown) => void;

  constructor(reportFault: (error: unknown) => void) {
    this.#reportFault = reportFault;
  }

  /** Requests of this instance are waited for. */
  watch(fastify: FastifyInstance): void {
    fastify.addHook('preHandler', (_request, reply, done) => {
      this.#answer.run(answered(reply), done);
    });
  }

  /**
   * `headStartMs`: how much sooner the answer leaves. Both travel on connections of their own, and one that is sent a
   * moment earlier may arrive a moment later.
   */
  run(key: string, headStartMs: number, work: () => void): void {
    const answer = this.#answer.getStore();
    const before = this.#turns.get(key);
    if (!answer && !before) return this.#do(work);
    const turn = this.#inTurn(before, answer, headStartMs, work).finally(() => {
      if (this.#turns.get(key) === turn) this.#turns.delete(key);
    });
    this.#turns.set(key, turn);
  }

  /** Until nothing is kept any more. */
  async settled(): Promise<void> {
    while (this.#turns.size > 0) await Promise.all(this.#turns.values());
  }

  async #inTurn(
    before: Promise<void> | undefined,
    answer: Promise<void> | undefined,
    headStartMs: number,
    work: () => void,
  ): Promise<void> {
    const ready = answer?.then(() => (headStartMs > 0 ? delay(headStartMs) : undefined));
    await before;
    await ready;
    this.#do(work);
  }

  #do(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#reportFault(error);
    }
  }
}

function answered({ raw }: FastifyReply): Promise<void> {
  return new Promise((resolve) => {
    const patience = setTimeout(resolve, LONGEST_WAIT_MS);
    // Closed without having finished: the client went away.
    for (const end of ['finish', 'close'] as const) {
      raw.once(end, () => {
        clearTimeout(patience);
        resolve();
      });
    }
  });
}
