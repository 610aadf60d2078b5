import { connect, type Socket } from 'node:net';
import { handshake, TEXT, wireFrame } from '../kit/raw-socket.ts';
import { APP, CHANNEL } from './measured-server.ts';

/** Sockets whose events are looked at one by one; of the others the bytes are counted. */
const WATCHED = 8;
const CONNECTING_AT_ONCE = 100;
const DEADLINE_MS = 30_000;

/** What all sockets read into: each read is looked at before the next one happens. */
const READ_BUFFER = Buffer.allocUnsafe(256 * 1024);
const SUBSCRIBE = wireFrame(TEXT, JSON.stringify({ event: 'pusher:subscribe', data: { channel: CHANNEL } }));
const SUBSCRIBED = 'subscription_succeeded';

/** One who listens, on a bare TCP socket. */
class Subscriber {
  readonly tcp: Socket;
  readonly ready: Promise<void>;
  onBytes: (bytes: Buffer) => void;

  constructor(port: number) {
    let text = '';
    let isReady: () => void = () => {};
    this.ready = new Promise((resolve) => {
      isReady = resolve;
    });
    let hasAsked = false;
    this.onBytes = (bytes) => {
      text += bytes.toString('latin1');
      if (!hasAsked && text.includes('\r\n\r\n')) {
        hasAsked = true;
        this.tcp.write(SUBSCRIBE);
      }
      if (text.includes(SUBSCRIBED)) isReady();
    };
    this.tcp = connect({
      port,
      host: '127.0.0.1',
      onread: {
        buffer: READ_BUFFER,
        callback: (length, buffer) => {
          this.onBytes((buffer as Buffer).subarray(0, length));
          return true;
        },
      },
    });
    this.tcp.write(handshake(`/app/${APP.key}`));
  }
}

/** A crowd on one channel. It knows how long an event's frame is and needs no more than that to count them. */
export class Subscribers {
  readonly count: number;
  readonly #all: Subscriber[];
  #received = 0;
  #expected = 0;
  #frameBytes = 1;
  #wake: () => void = () => {};
  /** What the watched ones got: the number in each event. */
  #sequences: number[][] = [];

  private constructor(all: Subscriber[]) {
    this.#all = all;
    this.count = all.length;
  }

  static async connect(port: number, count: number): Promise<Subscribers> {
    const all: Subscriber[] = [];
    while (all.length < count) {
      const some = Array.from({ length: Math.min(CONNECTING_AT_ONCE, count - all.length) }, () => new Subscriber(port));
      await Promise.all(some.map((each) => each.ready));
      all.push(...some);
    }
    return new Subscribers(all);
  }

  /** From here on everything that comes is an event of so many bytes, with its number at an offset. */
  expectEvents(frameBytes: number, numberAt: number, digits: number): void {
    this.#frameBytes = frameBytes;
    this.#sequences = [];
    this.#all.forEach((each, index) => {
      const sequence: number[] = [];
      if (index < WATCHED) this.#sequences.push(sequence);
      let rest = Buffer.alloc(0);
      const watch = (bytes: Buffer) => {
        rest = Buffer.concat([rest, bytes]);
        for (; rest.length >= frameBytes; rest = rest.subarray(frameBytes)) {
          sequence.push(Number(rest.toString('latin1', numberAt, numberAt + digits)));
        }
      };
      each.onBytes = (bytes) => {
        if (index < WATCHED) watch(bytes);
        this.#received += bytes.length;
        if (this.#received >= this.#expected) this.#wake();
      };
    });
  }

  /** Waits until everybody has got so many more events. */
  async gotAll(events: number): Promise<void> {
    this.#expected += events * this.count * this.#frameBytes;
    if (this.#received < this.#expected) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`lost: ${this.#received} of ${this.#expected} bytes came`)),
          DEADLINE_MS,
        );
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#received !== this.#expected) throw new Error(`${this.#received} bytes came instead of ${this.#expected}`);
  }

  /** Throws unless the watched ones all got the events `first` to `last`, each once and in the same order. */
  checkOrder(first: number, last: number): void {
    const [one = []] = this.#sequences;
    for (const each of this.#sequences) {
      if (each.join() !== one.join()) throw new Error('two subscribers saw different orders');
    }
    const sorted = one.toSorted((a, b) => a - b);
    if (sorted.length !== last - first + 1 || sorted.some((number, index) => number !== first + index)) {
      throw new Error(`events ${first} to ${last} were published, these came: ${one.join()}`);
    }
    for (const each of this.#sequences) each.length = 0;
  }

  close(): void {
    for (const { tcp } of this.#all) tcp.destroy();
  }
}
