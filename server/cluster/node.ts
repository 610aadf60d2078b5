import type { BacklogBounds } from './backlog.ts';
import type { Cluster, ClusterLog } from './cluster.ts';
import { Gathering } from './gathering.ts';
import { Holdings } from './holdings.ts';
import type { Line, OpenLine } from './line.ts';
import { beginningOf, messageIn, plainMessage, type Said } from './messages.ts';
import { Others, type PublishedListener, type SharedListener } from './others.ts';
import { Outgoing } from './outgoing.ts';
import { Telling } from './telling.ts';

export interface NodeSettings {
  heartbeatMs?: number;
  /** A node unheard for so long is gone, and with it all it held. At least three heartbeats. */
  goneAfterMs?: number;
  /** What may wait while the others cannot be reached. */
  backlog?: BacklogBounds;
}

const HEARTBEAT_MS = 2000;
const GONE_AFTER_MS = 6000;
const BACKLOG: BacklogBounds = { messages: 10_000, bytes: 16 * 1024 * 1024 };

const TICKS_PER_HEARTBEAT = 4;
const FAREWELL_MS = 1000;
const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 1000;

/**
 * A node among others on a line that may break. Whatever happens to the line, its own life goes on. When the line is
 * back it listens before it speaks, gives the others a moment to come back too, sends what waited, and asks for a
 * snapshot of whoever said more than it heard.
 */
export class Node implements Cluster {
  readonly nodeId: string;
  readonly isAlone = false;
  readonly #openLine: OpenLine;
  readonly #log: ClusterLog;
  readonly #heartbeatMs: number;
  readonly #goneAfterMs: number;
  readonly #mine: string;
  readonly #holdings = new Holdings();
  readonly #outgoing: Outgoing;
  readonly #others: Others;

  readonly #telling = new Telling();
  #line: Line | null = null;
  #lostBecause = 'not started';
  #isStopped = false;
  #retryMs = FIRST_RETRY_MS;
  #retry: NodeJS.Timeout | undefined;
  #ticker: NodeJS.Timeout | undefined;
  #tickedAt = 0;
  #beatAt = 0;
  /** When this node last heard itself: what proves that it would hear the others too. */
  #heardMyselfAt = 0;
  #gathering: Gathering | null = null;

  constructor(openLine: OpenLine, nodeId: string, log: ClusterLog, settings: NodeSettings = {}) {
    const { heartbeatMs = HEARTBEAT_MS, goneAfterMs = GONE_AFTER_MS, backlog = BACKLOG } = settings;
    this.nodeId = nodeId;
    this.#openLine = openLine;
    this.#log = log;
    this.#heartbeatMs = heartbeatMs;
    this.#goneAfterMs = goneAfterMs;
    this.#mine = beginningOf(nodeId);
    this.#outgoing = new Outgoing(nodeId, backlog);
    const ask = (node: string) => this.#send(plainMessage(nodeId, 'ask'), node);
    this.#others = new Others({ silentAfterMs: goneAfterMs, askEveryMs: heartbeatMs, ask, log });
  }

  publish(topic: string, payload: unknown): void {
    this.#outgoing.say(topic, payload);
  }

  onPublished(topic: string, listener: PublishedListener): void {
    this.#others.onPublished(topic, listener);
  }

  share(key: string, value: unknown): void {
    const json = this.#holdings.put(key, value);
    if (json !== undefined) this.#outgoing.share(key, json);
  }

  onShared(listener: SharedListener): void {
    this.#others.onShared(listener);
  }

  onAsked(source: () => Iterable<Said>): void {
    this.#holdings.addRecall(source);
  }

  declareGone(nodeId: string): void {
    this.#send(plainMessage(nodeId, 'bye'));
  }

  async start(): Promise<void> {
    this.#tickedAt = performance.now();
    this.#ticker = setInterval(() => this.#tick(performance.now()), this.#heartbeatMs / TICKS_PER_HEARTBEAT);
    await this.#connect();
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearInterval(this.#ticker);
    clearTimeout(this.#retry);
    const line = this.#line;
    if (!line) return;
    this.#endGathering(line);
    this.#outgoing.flush(Number.POSITIVE_INFINITY);
    // The line keeps the order: when this is handed over, so is all the rest.
    const farewell = line.send(plainMessage(this.nodeId, 'bye')).catch(() => {});
    let deadline: NodeJS.Timeout | undefined;
    const patience = new Promise((resolve) => {
      deadline = setTimeout(resolve, FAREWELL_MS);
    });
    await Promise.race([farewell, patience]);
    clearTimeout(deadline);
    this.#detach();
    line.close();
  }

  unsaid(): { waiting: number; dropped: number } {
    const { waiting, dropped } = this.#outgoing;
    return { waiting, dropped };
  }

  trouble(): string | null {
    const { waiting, dropped } = this.#outgoing;
    const queue = `${waiting} messages wait, ${dropped} were dropped since the start`;
    if (!this.#line) return `Other nodes cannot be reached: ${this.#lostBecause}; ${queue}`;
    const silence = performance.now() - this.#heardMyselfAt;
    if (silence <= 2 * this.#heartbeatMs) return null;
    return `Other nodes cannot be reached: no answer for ${Math.round(silence / 1000)} s; ${queue}`;
  }

  async #connect(): Promise<void> {
    let line: Line | null = null;
    let lostEarly: Error | null = null;
    try {
      line = await this.#openLine(this.nodeId, {
        heard: (text) => this.#hear(text, performance.now()),
        lost: (reason) => {
          lostEarly = reason;
          if (line && this.#line === line) this.#lose(reason);
        },
      });
      if (lostEarly) throw lostEarly;
    } catch (error) {
      const reason = error as Error;
      if (this.#retryMs === FIRST_RETRY_MS) {
        this.#log.warn({ nodeId: this.nodeId, reason: reason.message }, 'Cannot reach the other nodes; trying on');
      }
      return this.#retryLater(reason);
    }
    if (this.#isStopped) line.close();
    else this.#join(line, performance.now());
  }

  #join(line: Line, now: number): void {
    this.#line = line;
    this.#retryMs = FIRST_RETRY_MS;
    this.#excuseAll(now);
    this.#log.info({ nodeId: this.nodeId, dropped: this.#outgoing.dropped }, 'Joined the other nodes');
    this.#sayPresent('hello', now);
    this.#gathering = new Gathering(this.#others.here, now);
    this.#endGatheringInTime(line, now);
  }

  #lose(reason: Error): void {
    this.#detach();
    if (this.#isStopped) return;
    this.#log.warn({ nodeId: this.nodeId, reason: reason.message }, 'Lost the other nodes');
    this.#retryLater(reason);
  }

  #detach(): void {
    this.#line = null;
    this.#gathering = null;
    this.#outgoing.detach();
  }

  #retryLater(reason: Error): void {
    this.#lostBecause = reason.message;
    if (this.#isStopped) return;
    // Not all at once when all were cut off at once.
    const wait = this.#retryMs * (0.5 + Math.random() / 2);
    this.#retryMs = Math.min(2 * this.#retryMs, MAX_RETRY_MS);
    this.#retry = setTimeout(() => void this.#connect(), wait);
  }

  #endGatheringInTime(line: Line, now: number): void {
    if (this.#gathering?.isOver(now)) this.#endGathering(line);
  }

  #endGathering(line: Line): void {
    const gathering = this.#gathering;
    if (!gathering) return;
    this.#gathering = null;
    this.#outgoing.attach(line);
    for (const node of gathering.askers) this.#tellEverything(node);
  }

  #tick(now: number): void {
    const passed = now - this.#tickedAt;
    this.#tickedAt = now;
    const line = this.#line;
    if (!line) return;
    // This process stood still: what it did not hear proves nothing.
    if (passed > this.#heartbeatMs) this.#excuseAll(now);
    if (now - this.#heardMyselfAt > this.#goneAfterMs) {
      line.close();
      return this.#lose(new Error(`no answer for ${this.#goneAfterMs / 1000} s`));
    }
    if (now - this.#beatAt >= this.#heartbeatMs) this.#sayPresent('beat', now);
    this.#endGatheringInTime(line, now);
    this.#others.review(now, this.#heardMyselfAt);
  }

  #excuseAll(now: number): void {
    this.#heardMyselfAt = now;
    this.#others.excuse(now);
  }

  #sayPresent(type: 'hello' | 'beat', now: number): void {
    this.#beatAt = now;
    this.#send(plainMessage(this.nodeId, type, this.#outgoing.turn));
  }

  /** What is sent so need not arrive. */
  #send(text: string, toNode?: string): void {
    this.#line?.send(text, toNode).catch(() => {});
  }

  #hear(text: string, now: number): void {
    if (text.startsWith(this.#mine)) return this.#hearMyself(now);
    const message = messageIn(text);
    if (!message) return this.#others.ignore(text, now);
    const { from, type } = message;
    if (!this.#others.hear(message, now)) return;
    if (type === 'hello') this.#sayPresent('beat', now);
    if (type === 'ask') this.#tellEverything(from);
    this.#gathering?.heard(from);
    if (this.#line) this.#endGatheringInTime(this.#line, now);
  }

  #hearMyself(now: number): void {
    // Nothing came through for a while, from nobody: the others' words may be right behind.
    if (now - this.#heardMyselfAt > 2 * this.#heartbeatMs) this.#others.excuse(now);
    this.#heardMyselfAt = now;
  }

  /** What waits goes first, so that nothing older follows; the rest only as fast as the line takes it. */
  #tellEverything(node: string): void {
    if (!this.#line) return; // It asks again.
    if (this.#gathering) {
      this.#gathering.askers.add(node);
      return;
    }
    this.#outgoing.flush(Number.POSITIVE_INFINITY);
    void this.#telling.tell(this.#line, node, this.#holdings.messages(this.nodeId, this.#outgoing.turn));
  }
}
