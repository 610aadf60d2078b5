import type { Connection } from '../../pusher/connection.ts';
import { ERRORS } from '../../pusher/errors.ts';
import type { Frame } from '../../pusher/frames.ts';
import type { Session } from '../../pusher/session.ts';
import type { Answer } from './answer.ts';
import { closing, HEARTBEAT, type Line, lineOf, NOTHING, OPEN } from './line.ts';

/** How long a client may take for its next poll, or for its next stream after a full one. */
const ABSENCE_MS = 5000;
const TOO_BIG = [1009, 'Maximum message size exceeded'] as const;

export interface HttpConnectionRules {
  maxUnreadBytes: number;
  /** After so long without a line the client is sent one. */
  heartbeatMs: number;
  /** The client left more than `maxUnreadBytes` unread and is being closed. */
  onSlowReader(session: Session | null): void;
  /** Nobody will ask for anything of this any more. */
  onOver(): void;
}

/** The core's connection, on HTTP requests: lines wait here until a stream or a poll of the client takes them. [P-21] */
export class HttpConnection implements Connection {
  session: Session | null = null;
  readonly broadcaster = null;
  readonly seat = 0;
  readonly #rules: HttpConnectionRules;
  readonly #waiting: Line[] = [OPEN];
  #waitingBytes = 0;
  #answer: Answer | null = null;
  /** A poll that has been answered and is still on its way. */
  #leaving: Answer | null = null;
  /** Since when the client owes a request; null: it owes none. */
  #absentSince: number | null = null;
  #isClosing = false;
  #isScheduled = false;

  constructor(rules: HttpConnectionRules) {
    this.#rules = rules;
  }

  send(frame: Frame): void {
    if (this.#isClosing) return;
    const line = lineOf(frame);
    if (!this.#hasRoomFor(line)) this.#write();
    if (this.#hasRoomFor(line)) this.#queue(line);
    else this.#closeSlowReader();
  }

  /** Without a stream or a poll there is no need to ask: the next one is the answer. */
  ping(): void {
    if (this.#answer && !this.#answer.isFull) this.#queue(HEARTBEAT);
  }

  close(code: number, reason: string): void {
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.#absentSince = performance.now();
    this.#waiting.push(closing(code, reason));
    this.#write();
  }

  /** The client asks for frames. If it still has an older question open, that one is over. */
  answerWith(answer: Answer): void {
    this.#answer?.end();
    this.#answer = answer;
    this.#leaving = null;
    if (!this.#isClosing) this.#absentSince = null;
    answer.onOver(() => this.#onOver(answer));
    this.session?.receiveControlFrame();
    this.#write();
  }

  /** What came in one send; an empty one is a ping. */
  receive(messages: readonly string[]): void {
    if (messages.length === 0) return this.#receivePing();
    for (const text of messages) {
      const limit = this.session?.hub.app.maxMessageBytes ?? 0;
      if (limit > 0 && Buffer.byteLength(text) > limit) return this.refuseSize();
      this.session?.receive(text);
    }
  }

  refuseSize(): void {
    this.close(...TOO_BIG);
    this.session?.closed();
  }

  /** To be called about once a second. */
  sweep(now: number): void {
    if (this.#absentSince !== null && now - this.#absentSince >= ABSENCE_MS) return this.#giveUp();
    const answer = this.#answer;
    if (answer && !answer.isFull && now - answer.lastWrittenAt >= this.#rules.heartbeatMs) this.#queue(HEARTBEAT);
  }

  /** A heartbeat as the answer would be answered in turn, without end. */
  #receivePing(): void {
    this.session?.receiveControlFrame();
    if (!this.#isClosing && this.#waiting.length === 0) this.#queue(NOTHING);
  }

  #hasRoomFor(line: Line): boolean {
    const unread = this.#waitingBytes + ((this.#answer ?? this.#leaving)?.unreadBytes ?? 0);
    return unread === 0 || unread + line.bytes.length <= this.#rules.maxUnreadBytes;
  }

  /** What is sent during one turn of the event loop leaves at its end, in one piece. */
  #queue(line: Line): void {
    this.#waiting.push(line);
    this.#waitingBytes += line.bytes.length;
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    setImmediate(() => {
      this.#isScheduled = false;
      this.#write();
    });
  }

  #write(): void {
    const answer = this.#answer;
    if (!answer || this.#waiting.length === 0) return;
    answer.write(this.#waiting);
    this.#waitingBytes = this.#waiting.reduce((sum, { bytes }) => sum + bytes.length, 0);
    if (this.#isClosing && this.#waiting.length === 0) return this.#finish(answer);
    if (answer.isStream) return;
    this.#answer = null;
    this.#leaving = answer;
  }

  /** A client breaks off a full answer to ask anew. Whoever breaks off any other is gone: pusher-js never returns to it. */
  #onOver(answer: Answer): void {
    const isCurrent = answer === this.#answer;
    if (!isCurrent && answer !== this.#leaving) return;
    this.#answer = null;
    this.#leaving = null;
    if (isCurrent && !answer.isFull) this.#giveUp();
    else this.#absentSince ??= performance.now();
  }

  #finish(answer: Answer): void {
    this.#answer = null;
    answer.end();
    this.#rules.onOver();
  }

  #giveUp(): void {
    this.#isClosing = true;
    this.#waiting.length = 0;
    this.#answer?.cutOff();
    this.#answer = null;
    this.#leaving?.cutOff();
    this.#leaving = null;
    this.#rules.onOver();
    this.session?.closed();
  }

  #closeSlowReader(): void {
    this.#rules.onSlowReader(this.session);
    this.#waiting.length = 0;
    this.#waitingBytes = 0;
    this.close(...ERRORS.slowReader);
    this.session?.closed();
  }
}
