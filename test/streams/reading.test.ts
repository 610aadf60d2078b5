import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import t from 'tap';
import { DirectReading } from '../../server/streams/reading.ts';
import { tcpPair } from '../kit/streams.ts';

const BYTES = 3_000_000;

/** In pieces of any length, some of them in one go. */
async function writePieces(socket: Socket, bytes: Buffer): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + Math.floor(Math.random() ** 4 * 100_000);
    const isRoomLeft = socket.write(bytes.subarray(at, end));
    at = end;
    if (!isRoomLeft) await once(socket, 'drain');
    else if (Math.random() < 0.5) await new Promise(setImmediate);
  }
  socket.end();
}

const digest = (chunks: Buffer[]) => createHash('sha256').update(Buffer.concat(chunks)).digest('hex');

t.test('all of it comes, in order, however often its taker wants no more for now', async (t) => {
  const { near, far } = await tcpPair(t);
  const sent = randomBytes(BYTES);
  const taken: Buffer[] = [];
  let pauses = 0;
  function take(this: Socket, chunk: Buffer): void {
    taken.push(Buffer.from(chunk));
    if (Math.random() > 0.3) return;
    pauses += 1;
    this.pause();
    const goOn = () => this.resume();
    if (Math.random() < 0.5) setImmediate(goOn);
    else setTimeout(goOn, Math.random() * 5);
  }
  new DirectReading(take).begin(near);
  const ended = once(near, 'end');
  await writePieces(far, sent);
  await ended;
  t.ok(pauses > 0);
  t.equal(digest(taken), digest([sent]));
});

t.test('what has been put back and what comes after it is for who takes over', async (t) => {
  const { near, far } = await tcpPair(t);
  const sent = randomBytes(BYTES);
  const taken: Buffer[] = [];
  const first = new Promise<Buffer>((resolve) => {
    const reading = new DirectReading((chunk) => {
      reading.end(near);
      resolve(Buffer.from(chunk));
    });
    reading.begin(near);
  });
  const written = writePieces(far, sent);
  near.pause();
  near.resume();
  const chunk = await first;
  near.pause();
  near.unshift(chunk);
  near.on('data', (each: Buffer) => taken.push(each));
  const ended = once(near, 'end');
  near.resume();
  await Promise.all([written, ended]);
  t.equal(digest(taken), digest([sent]));
});

t.test('the end comes behind all that was read, and a broken connection is told of', async (t) => {
  const { near, far } = await tcpPair(t);
  const order: string[] = [];
  function take(this: Socket, chunk: Buffer): void {
    order.push(chunk.toString());
  }
  new DirectReading(take).begin(near);
  near.on('end', () => order.push('end'));
  far.end('last words');
  await once(near, 'end');
  t.same(order, ['last words', 'end']);

  const other = await tcpPair(t);
  new DirectReading(take).begin(other.near);
  const broken = once(other.near, 'error');
  other.far.resetAndDestroy();
  const [error] = (await broken) as [NodeJS.ErrnoException];
  t.equal(error.code, 'ECONNRESET');
});
