import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Line, LineListener, OpenLine } from './line.ts';
import { addressedIn, FrameReader, helloFrame, KIND, type LocalFrame, textFrame } from './local-frames.ts';

const OPENING_MS = 5000;

/** A line among the processes of one machine, over the exchange that listens at `path`. */
export function localLine(path: string): OpenLine {
  return async (nodeId, listener) => {
    const deadline = AbortSignal.timeout(OPENING_MS);
    const socket = connect(path);
    try {
      await once(socket, 'connect', { signal: deadline });
      const line = new LocalLine(socket, listener);
      await Promise.race([line.hello(nodeId), once(deadline, 'abort').then(() => Promise.reject(deadline.reason))]);
      return line;
    } catch (error) {
      socket.destroy();
      throw error;
    }
  };
}

/** Sent, and not yet known to have been taken. */
interface UnderWay {
  /** What all hear, this node too. */
  readonly text: string | null;
  resolve(): void;
  reject(reason: Error): void;
}

class LocalLine implements Line {
  readonly #socket: Socket;
  readonly #listener: LineListener;
  readonly #reader = new FrameReader();
  readonly #underWay: UnderWay[] = [];
  #isCorked = false;
  #state: 'opening' | 'open' | 'closed' = 'opening';

  constructor(socket: Socket, listener: LineListener) {
    this.#socket = socket;
    this.#listener = listener;
    let reason = new Error('the exchange closed the connection');
    socket.on('data', (chunk) => this.#read(chunk));
    socket.on('error', (error) => {
      reason = error;
    });
    socket.on('close', () => this.#fail(reason));
  }

  async hello(nodeId: string): Promise<void> {
    await this.#write(helloFrame(process.pid, nodeId), null);
    this.#state = 'open';
  }

  send(text: string, toNode?: string): Promise<void> {
    return this.#write(textFrame(text, toNode), toNode === undefined ? text : null);
  }

  close(): void {
    this.#state = 'closed';
    this.#socket.destroy();
  }

  /** What one turn of the event loop sends leaves in one piece. */
  #write(frame: Buffer, text: string | null): Promise<void> {
    if (this.#socket.destroyed) return Promise.reject(new Error('the line is closed'));
    if (!this.#isCorked) {
      this.#isCorked = true;
      this.#socket.cork();
      process.nextTick(() => {
        this.#isCorked = false;
        this.#socket.uncork();
      });
    }
    this.#socket.write(frame);
    return new Promise((resolve, reject) => this.#underWay.push({ text, resolve, reject }));
  }

  #read(chunk: Buffer): void {
    try {
      for (const frame of this.#reader.read(chunk)) this.#take(frame);
    } catch (error) {
      this.#socket.destroy(error as Error);
    }
  }

  #take({ kind, body }: LocalFrame): void {
    if (kind === KIND.receipt) return this.#receive(body.readUInt32BE(0));
    if (this.#state === 'closed') return;
    this.#listener.heard(kind === KIND.toOne ? addressedIn(body).text : body.toString());
  }

  /** The exchange has taken so many: from here on they are heard by all, which this node need not be sent to know. */
  #receive(count: number): void {
    for (const { text, resolve } of this.#underWay.splice(0, count)) {
      resolve();
      if (text !== null && this.#state !== 'closed') this.#listener.heard(text);
    }
  }

  #fail(reason: Error): void {
    const was = this.#state;
    this.#state = 'closed';
    for (const { reject } of this.#underWay.splice(0)) reject(reason);
    if (was === 'open') this.#listener.lost(reason);
  }
}
