import type { Test } from 'tap';
import { channelAuthText } from '../../server/pusher/signature.ts';
import { call, publish } from '../kit/api.ts';
import { Ear } from '../kit/ear.ts';
import type { RunningServer } from '../kit/server.ts';

export const PING = { event: 'pusher:ping', data: {} };
export const PONG = 'a["{\\"event\\":\\"pusher:pong\\"}"]';
export const SUBSCRIBED =
  'a["{\\"event\\":\\"pusher_internal:subscription_succeeded\\",\\"data\\":\\"{}\\",\\"channel\\":\\"orders\\"}"]';
export const ORDERS = { event: 'pusher:subscribe', data: { auth: '', channel: 'orders' } };

/** The line that `ship` causes. */
export function shipped(id: number): string {
  return `a["{\\"event\\":\\"shipped\\",\\"data\\":\\"${id}\\",\\"channel\\":\\"orders\\"}"]`;
}

export function ship(server: RunningServer, id: number) {
  return publish(server, { name: 'shipped', channel: 'orders', data: String(id) });
}

export async function connections(server: RunningServer): Promise<number> {
  return (await call(server, 'GET', `/apps/${server.app.id}/connections`)).json.connections;
}

let sessions = 0;

/** What pusher-js does without pusher-js: the requests of one session of a fallback transport. */
export class Fallback {
  readonly url: string;
  readonly origin: string | undefined;
  readonly #t: Test;

  constructor(t: Test, server: Pick<RunningServer, 'httpUrl' | 'app'>, { folder = '/pusher', origin = '' } = {}) {
    const id = (++sessions).toString(32).padStart(8, '0');
    this.url = `${server.httpUrl}${folder}/app/${server.app.key}/7/${id}`;
    this.origin = origin || undefined;
    this.#t = t;
  }

  post(kind: string, body?: string, headers: Record<string, string> = {}): Promise<Response> {
    const abort = new AbortController();
    this.#t.teardown(() => abort.abort());
    return fetch(`${this.url}/${kind}?protocol=7&client=js&version=8.6.0&t=1&n=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(this.origin ? { origin: this.origin } : {}), ...headers },
      signal: abort.signal,
      ...(body === undefined ? {} : { body }),
    });
  }

  /** Opens a stream and leaves it open. */
  async stream(): Promise<Stream> {
    const stream = new Stream(await this.post('xhr_streaming'));
    this.#t.teardown(() => stream.breakOff());
    return stream;
  }

  /** One poll: its lines. */
  async poll(): Promise<string[]> {
    const response = await this.post('xhr');
    if (response.status !== 200) throw new Error(`HTTP ${response.status}: ${await response.text()}`);
    return (await response.text()).split('\n').slice(0, -1);
  }

  async send(...messages: object[]): Promise<number> {
    const response = await this.post('xhr_send', JSON.stringify(messages.map((each) => JSON.stringify(each))));
    await response.arrayBuffer();
    return response.status;
  }
}

/** The lines of a stream, as they come. */
export class Stream {
  readonly response: Response;
  readonly ear = new Ear();
  /** UTF-16 units so far. */
  length = 0;
  isOver = false;
  readonly #reader: ReadableStreamDefaultReader<string>;

  constructor(response: Response) {
    this.response = response;
    const body = response.body as ReadableStream<Uint8Array>;
    this.#reader = body.pipeThrough(new TextDecoderStream() as never).getReader() as never;
    this.#read().catch(() => this.#over());
  }

  async #read(): Promise<void> {
    let rest = '';
    for (;;) {
      const { done, value = '' } = await this.#reader.read();
      if (done) return this.#over();
      this.length += value.length;
      const lines = (rest + value).split('\n');
      rest = lines.pop() as string;
      for (const line of lines) if (!line.startsWith('hh')) this.ear.hear('line', line);
    }
  }

  #over(): void {
    this.isOver = true;
    this.ear.hear('end');
  }

  line(deadlineMs?: number): Promise<string> {
    return this.ear.next('line', deadlineMs);
  }

  /** The next line's only message. */
  async message(): Promise<{ event: string; channel?: string; data?: unknown }> {
    return messageOf(await this.line());
  }

  /** Reads what opens a session and returns its socket id. */
  async opened(): Promise<string> {
    const open = await this.line();
    if (open !== 'o{}') throw new Error(`not an open: ${open}`);
    return socketIdOf(await this.line());
  }

  breakOff(): void {
    this.#reader.cancel().catch(() => {});
  }
}

export function messageOf(line: string): { event: string; channel?: string; data?: unknown } {
  const [kind, texts] = [line[0], JSON.parse(line.slice(1))];
  if (kind !== 'a' || texts.length !== 1) throw new Error(`not one message: ${line}`);
  return JSON.parse(texts[0]);
}

export function socketIdOf(line: string): string {
  return JSON.parse(messageOf(line).data as string).socket_id;
}

export function subscribing(server: RunningServer, socketId: string, channel: string, member?: object): object {
  const data = member && JSON.stringify(member);
  const auth = server.signer.auth(channelAuthText(socketId, channel, data));
  return { event: 'pusher:subscribe', data: { auth, channel, ...(data ? { channel_data: data } : {}) } };
}
