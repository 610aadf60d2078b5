import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import type { ClusterLog } from './cluster.ts';
import { addressedIn, FrameReader, helloIn, KIND, type LocalFrame, receiptFrame, textFrame } from './local-frames.ts';
import { plainMessage } from './messages.ts';

/** A place that takes nothing more must not fill the memory; cut off, its node comes again and asks what it missed. */
const MAX_UNREAD_BYTES = 64 * 1024 * 1024;

interface Place {
  readonly socket: Socket;
  readonly pid: number;
  readonly nodeId: string;
}

/**
 * The middle of the lines within one machine: what one place sends goes on to all others, or to one, as the bytes that
 * came. It also knows what no node can: that a process is dead and will not be heard again.
 */
export class Exchange {
  readonly #log: ClusterLog;
  readonly #places = new Map<Socket, Place>();
  /** By process; of those not known to be dead. */
  readonly #nodes = new Map<number, string>();
  /** Dead, while what they sent last is still to be read. */
  readonly #dead = new Map<number, string>();
  readonly #server: Server;

  constructor(log: ClusterLog) {
    this.#log = log;
    this.#server = createServer((socket) => this.#open(socket));
  }

  async listen(path: string): Promise<void> {
    this.#server.listen(path);
    await once(this.#server, 'listening');
  }

  /** Once what it sent is passed on, the others hear the goodbye that it had no time to say. */
  processEnded(pid: number): void {
    const nodeId = this.#nodes.get(pid);
    if (nodeId === undefined) return;
    this.#nodes.delete(pid);
    const open = [...this.#places.values()].find((place) => place.pid === pid);
    if (open) this.#dead.set(pid, nodeId);
    else this.#sayGoodbyeFor(nodeId);
  }

  close(): void {
    this.#server.close();
    for (const socket of this.#places.keys()) socket.destroy();
  }

  #open(socket: Socket): void {
    const reader = new FrameReader();
    socket.on('error', () => {}); // it closes, which is what matters
    socket.on('close', () => this.#closed(socket));
    socket.on('data', (chunk) => {
      try {
        this.#take(socket, reader.read(chunk));
      } catch (err) {
        this.#log.error({ err }, 'A worker sent what is no frame');
        socket.destroy();
      }
    });
  }

  #take(socket: Socket, frames: readonly LocalFrame[]): void {
    if (frames.length === 0) return;
    const toAll: Buffer[] = [];
    const flush = () => {
      const bytes = toAll.length === 1 ? toAll[0] : Buffer.concat(toAll);
      if (toAll.length > 0)
        for (const place of this.#places.values()) if (place.socket !== socket) this.#give(place, bytes);
      toAll.length = 0;
    };
    for (const { kind, body, bytes } of frames) {
      if (kind === KIND.toAll) toAll.push(bytes);
      else if (kind === KIND.hello) this.#introduce({ socket, ...helloIn(body) });
      else {
        flush();
        const { toNode } = addressedIn(body);
        for (const place of this.#places.values()) if (place.nodeId === toNode) this.#give(place, bytes);
      }
    }
    flush();
    socket.write(receiptFrame(frames.length));
  }

  #give({ socket, nodeId }: Place, bytes: Buffer | undefined): void {
    if (!bytes || socket.destroyed) return;
    socket.write(bytes);
    if (socket.writableLength <= MAX_UNREAD_BYTES) return;
    this.#log.warn({ nodeId }, 'Cut off a worker that does not read what the others say');
    socket.destroy();
  }

  #introduce(place: Place): void {
    this.#places.set(place.socket, place);
    this.#nodes.set(place.pid, place.nodeId);
  }

  #closed(socket: Socket): void {
    const place = this.#places.get(socket);
    this.#places.delete(socket);
    const deadNode = place && this.#dead.get(place.pid);
    if (!place || deadNode === undefined) return;
    this.#dead.delete(place.pid);
    this.#sayGoodbyeFor(deadNode);
  }

  #sayGoodbyeFor(nodeId: string): void {
    const goodbye = textFrame(plainMessage(nodeId, 'bye'), undefined);
    for (const other of this.#places.values()) this.#give(other, goodbye);
  }
}
