import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { MeasuredServer } from './measured-server.ts';

/** Asks a Node process that was started with `--inspect=0` for what it still holds. */
export class Inspector {
  readonly #socket: WebSocket;
  #id = 0;

  private constructor(socket: WebSocket) {
    this.#socket = socket;
  }

  static async at(server: MeasuredServer): Promise<Inspector> {
    const url = /ws:\/\/\S+/.exec(server.said)?.[0];
    if (url === undefined) throw new Error('it does not let itself be inspected');
    const socket = new WebSocket(url, { perMessageDeflate: false });
    await once(socket, 'open');
    return new Inspector(socket);
  }

  /** Bytes of the heap after a collection. */
  async heapBytes(): Promise<number> {
    await this.#ask('HeapProfiler.collectGarbage');
    const { usedSize } = await this.#ask('Runtime.getHeapUsage');
    return usedSize as number;
  }

  close(): void {
    this.#socket.terminate();
  }

  async #ask(method: string): Promise<Record<string, unknown>> {
    const id = ++this.#id;
    this.#socket.send(JSON.stringify({ id, method }));
    for (;;) {
      const [data] = await once(this.#socket, 'message');
      const message = JSON.parse(String(data));
      if (message.id === id) return message.result;
    }
  }
}
