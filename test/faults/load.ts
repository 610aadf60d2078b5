import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { WebSocket } from 'ws';
import { eventually } from '../kit/ear.ts';

/** How long a client waits for an answer before it asks elsewhere. */
const ANSWER_MS = 5000;
const BETWEEN_MESSAGES_MS = 60;
const BETWEEN_TRIES_MS = 150;
/** What is broken longest (a line nobody answers on, found by a heartbeat) plus a busy machine. */
const HEAL_MS = 90_000;

interface Customer {
  token: string;
  room: number;
  /** By client id, the `seq` the answer gave. */
  acknowledged: Map<string, number>;
  readers: Reader[];
}

export interface Report {
  sent: number;
  acknowledged: number;
  delivered: number;
  lost: number;
  doubled: number;
  healedMs: number;
}

/** Customers who write through whatever node answers, and others who read along: none gives up. */
export class DeskLoad {
  readonly #bases: readonly string[];
  readonly #key: string;
  readonly #customers: Customer[] = [];
  #senders: Promise<void>[] = [];
  #isOver = false;
  #sent = 0;
  #answered = 0;

  private constructor(bases: readonly string[], key: string) {
    this.#bases = bases;
    this.#key = key;
  }

  /** `bases`: where the desk can be reached, in the order in which it is tried. */
  static async begin(t: Test, bases: readonly string[], key: string, customers = 3): Promise<DeskLoad> {
    const load = new DeskLoad(bases, key);
    t.teardown(() => load.#end());
    for (let name = 0; name < customers; name++) await load.#join(`Customer ${name}`);
    load.#senders = load.#customers.map((customer, index) => load.#write(customer, index));
    return load;
  }

  /** Until so many more have been acknowledged. */
  async goesOn(messages: number): Promise<void> {
    const goal = this.#answered + messages;
    await eventually(`${messages} more messages`, () => this.#answered >= goal, HEAL_MS);
  }

  /** Stops writing, waits until everybody has read all that was acknowledged, and counts. */
  async settle(healedAt: number): Promise<Report> {
    await this.#end();
    const toRead = (customer: Customer) => [...customer.acknowledged.values()];
    const missing = () =>
      this.#customers.flatMap((customer) =>
        customer.readers.flatMap((reader) => toRead(customer).filter((seq) => !reader.seen.has(seq))),
      ).length;
    const isRead = await eventually('all read', () => missing() === 0, HEAL_MS).catch(() => false);
    const healedMs = performance.now() - healedAt;
    let lost = isRead ? 0 : missing();
    let doubled = 0;
    for (const customer of this.#customers) {
      const stored = await this.#all(customer);
      const bySeq = new Map(stored.map(({ seq, client_id: name }) => [name, seq]));
      doubled += stored.length - bySeq.size;
      lost += [...customer.acknowledged].filter(([name, seq]) => bySeq.get(name) !== seq).length;
      for (const reader of customer.readers) doubled += reader.doubled;
    }
    const delivered = this.#customers.flatMap(({ readers }) => readers).reduce((sum, { seen }) => sum + seen.size, 0);
    for (const { readers } of this.#customers) for (const reader of readers) reader.leave();
    return { sent: this.#sent, acknowledged: this.#answered, delivered, lost, doubled, healedMs };
  }

  async #join(name: string): Promise<void> {
    const body = { name, email: `${crypto.randomUUID()}@example.com`, password: 'long enough' };
    const { token } = await this.#askUntilAnswered('POST', '/api/auth/register', null, body);
    const { room } = await this.#askUntilAnswered('GET', '/api/chat/room', token);
    const customer: Customer = { token, room: room.id, acknowledged: new Map(), readers: [] };
    // One at each end, so that every message crosses from node to node for somebody.
    customer.readers = this.#bases.map((_, first) => new Reader(this.#from(first), this.#key, customer));
    await Promise.all(customer.readers.map(({ isThere }) => isThere));
    this.#customers.push(customer);
  }

  async #write(customer: Customer, index: number): Promise<void> {
    const bases = this.#from(index);
    for (let each = 0; !this.#isOver; each++) {
      const clientId = `${index}-${each}`;
      this.#sent += 1;
      for (let attempt = 0; ; attempt++) {
        const base = bases[attempt % bases.length] as string;
        const body = { message: `message ${each}`, client_id: clientId };
        const path = `/api/chat/room/${customer.room}/messages`;
        const answer = await ask(base, 'POST', path, customer.token, body).catch(() => null);
        if (answer?.status === 201 || answer?.status === 200) {
          customer.acknowledged.set(clientId, answer.json.seq);
          this.#answered += 1;
          break;
        }
        if (this.#isOver) return;
        await pause(BETWEEN_TRIES_MS);
      }
      await pause(BETWEEN_MESSAGES_MS);
    }
  }

  async #all({ token, room }: Customer): Promise<{ seq: number; client_id: string }[]> {
    const all: { seq: number; client_id: string }[] = [];
    for (;;) {
      const path = `/api/chat/room/${room}/messages?after_seq=${all.at(-1)?.seq ?? 0}&limit=200&peek=1`;
      const { data, meta } = await this.#askUntilAnswered('GET', path, token);
      all.push(...data);
      if (!meta.has_more) return all;
    }
  }

  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  async #askUntilAnswered(method: string, path: string, token: string | null, body?: object): Promise<any> {
    return eventually(
      path,
      async () => {
        for (const base of this.#bases) {
          const answer = await ask(base, method, path, token, body).catch(() => null);
          if (answer && answer.status < 300) return answer.json;
        }
        return null;
      },
      HEAL_MS,
    );
  }

  #from(first: number): string[] {
    return this.#bases.map((_, index) => this.#bases[(first + index) % this.#bases.length] as string);
  }

  async #end(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#senders);
  }
}

/** Somebody on the room's channel who comes back by whatever node is there, and asks for what was missed. */
class Reader {
  readonly seen = new Set<number>();
  readonly isThere: Promise<void>;
  /** Messages that one connection was told twice. */
  doubled = 0;
  readonly #bases: readonly string[];
  readonly #key: string;
  readonly #customer: Pick<Customer, 'token' | 'room'>;
  #attempt = 0;
  #hasLeft = false;
  #arrive: () => void = () => {};
  #socket: WebSocket | null = null;
  #silence: NodeJS.Timeout | undefined;

  constructor(bases: readonly string[], key: string, customer: Pick<Customer, 'token' | 'room'>) {
    this.#bases = bases;
    this.#key = key;
    this.#customer = customer;
    this.isThere = new Promise((resolve) => {
      this.#arrive = resolve;
    });
    this.#connect();
  }

  leave(): void {
    this.#hasLeft = true;
    clearTimeout(this.#silence);
    this.#socket?.terminate();
  }

  #connect(): void {
    if (this.#hasLeft) return;
    const base = this.#bases[this.#attempt++ % this.#bases.length] as string;
    const socket = new WebSocket(`${base.replace('http', 'ws')}/app/${this.#key}?protocol=7`, {
      handshakeTimeout: ANSWER_MS,
    });
    this.#socket = socket;
    const told = new Set<number>();
    socket.on('message', (data) => {
      this.#hear();
      const { event, data: inner } = JSON.parse(String(data));
      if (event === 'pusher:ping') socket.send('{"event":"pusher:pong","data":{}}');
      if (event === 'pusher:connection_established') {
        const channel = `chat.${this.#customer.room}`;
        socket.send(JSON.stringify({ event: 'pusher:subscribe', data: { channel } }));
      }
      if (event === 'pusher_internal:subscription_succeeded') {
        this.#catchUp(base);
        this.#arrive();
      }
      if (event !== 'message.sent') return;
      const { seq } = JSON.parse(inner);
      if (told.has(seq)) this.doubled += 1;
      told.add(seq);
      const isGap = seq > Math.max(0, ...this.seen) + 1;
      this.seen.add(seq);
      if (isGap) this.#catchUp(base);
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(this.#silence);
      setTimeout(() => this.#connect(), BETWEEN_TRIES_MS);
    });
  }

  /** As pusher-js does: what says nothing for long is asked, and then given up. Meanwhile something may have been missed. */
  #hear(): void {
    clearTimeout(this.#silence);
    this.#silence = setTimeout(() => {
      this.#socket?.send('{"event":"pusher:ping","data":{}}');
      this.#catchUp(this.#bases[this.#attempt % this.#bases.length] as string);
      this.#silence = setTimeout(() => this.#socket?.terminate(), ANSWER_MS);
    }, 3000);
  }

  async #catchUp(base: string): Promise<void> {
    const { room, token } = this.#customer;
    let last = 0;
    while (this.seen.has(last + 1)) last += 1;
    const path = `/api/chat/room/${room}/messages?after_seq=${last}&limit=200&peek=1`;
    const answer = await ask(base, 'GET', path, token).catch(() => null);
    for (const { seq } of answer?.status === 200 ? answer.json.data : []) this.seen.add(seq);
    if (answer?.status !== 200 || answer.json.meta.has_more) {
      await pause(BETWEEN_TRIES_MS);
      if (!this.#hasLeft) await this.#catchUp(this.#bases[this.#attempt++ % this.#bases.length] as string);
    }
  }
}

async function ask(base: string, method: string, path: string, token: string | null, body?: object) {
  const answer = await fetch(base + path, {
    method,
    headers: {
      accept: 'application/json',
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(body ? { 'content-type': 'application/json' } : {}),
    },
    ...(body ? { body: JSON.stringify(body) } : {}),
    signal: AbortSignal.timeout(ANSWER_MS),
  });
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape
  return { status: answer.status, json: (await answer.json()) as any };
}
