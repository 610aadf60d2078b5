import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { pino } from 'pino';
import t, { type Test } from 'tap';
import { WebSocketServer } from 'ws';
import { broadcasterOf, SocketConnection } from '../../server/doors/pusher-socket/socket.ts';
import { Upgraded } from '../../server/doors/pusher-socket/upgraded.ts';
import { wireOf } from '../../server/doors/pusher-socket/wire.ts';
import { Frame } from '../../server/pusher/frames.ts';
import { directSender } from '../../server/streams/direct-sender.ts';
import { loadNativeSender } from '../../server/streams/native-sender.ts';
import { Outgoing, type Sender } from '../../server/streams/outgoing.ts';
import { collectGarbage } from '../kit/garbage.ts';
import { CLOSE, connectRaw, handshake, PING, type RawSocket } from '../kit/raw-socket.ts';
import { throughStreams } from '../kit/streams.ts';

const MAX_UNREAD_BYTES = 100_000;
const MAX_BYTES_PER_WRITE = 64 * 1024;

interface Pair {
  client: RawSocket;
  connection: SocketConnection;
  stream: Socket;
}

/** The door's connections without what they are for: the core. */
async function startDoor(t: Test, sender = throughStreams, onSlowReader = () => {}) {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const sockets = new WebSocketServer({
    server,
    WebSocket: Upgraded as never,
  });
  const outgoing = new Outgoing(sender);
  const broadcaster = broadcasterOf(outgoing);
  let slowReaders = 0;
  const rules = {
    broadcaster,
    maxUnreadBytes: MAX_UNREAD_BYTES,
    closeTimeoutMs: 200,
    onSlowReader: () => {
      slowReaders++;
      onSlowReader();
    },
    onError: () => {},
  };
  t.teardown(() => server.close());
  return {
    broadcaster,
    slowReaders: () => slowReaders,
    async open(): Promise<Pair> {
      const client = await connectRaw(t, { port: (server.address() as AddressInfo).port });
      client.write(handshake('/'));
      const [, { socket: stream }] = await once(sockets, 'connection');
      const connection = new SocketConnection(stream, outgoing, rules, 0);
      await client.head();
      return { client, connection, stream };
    },
  };
}

const frame = (text: string) => new Frame(text);

t.test('what is sent in one turn leaves in one write, shared by all who are sent the same', async (t) => {
  const door = await startDoor(t);
  const [ann, ben, eve] = [await door.open(), await door.open(), await door.open()];
  const writes = [ann, ben, eve].map(({ stream }) => {
    const written: Uint8Array[] = [];
    const write = stream.write.bind(stream);
    stream.write = ((chunk: Uint8Array) => written.push(chunk) && write(chunk)) as typeof stream.write;
    return written;
  });

  const [one, two, three] = [frame('one'), frame('two'), frame('three')];
  for (const { connection } of [ann, ben, eve]) connection.send(one);
  for (const { connection } of [ann, ben]) connection.send(two);
  eve.connection.send(three);
  t.same(
    writes.map((each) => each.length),
    [0, 0, 0],
    'nothing before the end of the turn',
  );
  await new Promise(setImmediate);
  t.same(
    writes.map((each) => each.length),
    [1, 1, 1],
  );
  t.equal(writes[0]?.[0], writes[1]?.[0], 'the same bytes');
  t.same([await eve.client.text(), await eve.client.text()], ['one', 'three']);
  t.same([await ann.client.text(), await ann.client.text()], ['one', 'two']);

  for (const { connection } of [ann, ben]) connection.send(three);
  await new Promise(setImmediate);
  t.equal(writes[0]?.[1], wireOf(three).bytes(), 'one frame alone is not copied');
  t.equal(writes[1]?.[1], wireOf(three).bytes());
});

t.test('frames of every length are framed right', async (t) => {
  const { client, connection } = await (await startDoor(t)).open();
  const texts = [0, 1, 125, 126, 127, 65_535, 65_536, 90_000].map((length) =>
    'é'.repeat(length / 2).padEnd(length, '.'),
  );
  for (const text of texts) {
    connection.send(frame(text));
    t.equal(await client.text(), text);
  }
});

const native = loadNativeSender(pino({ level: 'silent' }));
const pastStreams = native ? [directSender(), native] : [directSender()];

async function writesPastStreams(t: Test, sender: Sender): Promise<void> {
  const door = await startDoor(t, sender);
  const [ann, ben] = [await door.open(), await door.open()];
  const bytesBefore = [ann, ben].map(({ stream }) => stream.bytesWritten);
  const events = Array.from({ length: 20 }, (_, n) => frame(`${n}`.repeat(3000)));
  for (const { connection } of [ann, ben]) for (const event of events.slice(0, 3)) connection.send(event);
  for (const { client } of [ann, ben]) for (const { text } of events.slice(0, 3)) t.equal(await client.text(), text);
  t.same(
    [ann, ben].map(({ stream }) => stream.bytesWritten),
    bytesBefore,
    'nothing through the streams',
  );

  ann.client.tcp.pause();
  while (ann.stream.writableLength === 0) {
    ann.connection.send(frame('x'.repeat(50_000)));
    await new Promise(setImmediate);
  }
  const unread = ann.stream.writableLength;
  for (const { connection } of [ann, ben]) connection.send(events[3] as Frame);
  await new Promise(setImmediate);
  t.equal(ann.stream.writableLength, unread + wireOf(events[3] as Frame).length, 'behind what waits');
  t.equal(await ben.client.text(), events[3]?.text);
  t.equal(ben.stream.bytesWritten, bytesBefore[1]);

  // Destroyed with frames waiting: whoever gets its descriptor gets none of them.
  for (const { connection } of [ann, ben]) connection.send(events[4] as Frame);
  ben.stream.destroy();
  const eve = await door.open();
  eve.connection.send(events[5] as Frame);
  t.equal(await eve.client.text(), events[5]?.text);
}

for (const sender of pastStreams)
  t.test(`${sender.way} goes past streams, and only where they are empty`, (t) => writesPastStreams(t, sender));

for (const sender of [throughStreams, ...pastStreams])
  t.test(
    `whatever is sent keeps its place, ${sender === throughStreams ? 'through streams' : sender.way}`,
    async (t) => {
      const { client, connection } = await (await startDoor(t, sender)).open();
      connection.send(frame('one'));
      connection.ping();
      connection.send(frame('two'));
      connection.onPing(Buffer.from('three'));
      connection.send(frame('four'));
      connection.close(4200, 'five');
      connection.send(frame('six'));
      connection.ping();
      connection.close(4100, 'seven');
      const payloads: string[] = [];
      for (;;) {
        const { opcode, payload } = await client.frame();
        payloads.push(payload.toString('latin1', opcode === CLOSE ? 2 : 0));
        if (opcode === PING) t.equal(payload.length, 0);
        if (opcode === CLOSE) break;
      }
      t.same(payloads, ['one', '', 'two', 'three', 'four', 'five']);
    },
  );

for (const sender of [throughStreams, ...pastStreams])
  t.test(`what is broadcast keeps its place among what is sent, ${sender.way}`, async (t) => {
    const door = await startDoor(t, sender);
    const [ann, ben, gone] = [await door.open(), await door.open(), await door.open()];
    const seats = [ann, ben, gone].map(({ connection }) => connection.seat);
    ann.connection.send(frame('one'));
    door.broadcaster.broadcast(frame('two'), seats, null);
    ben.connection.send(frame('three'));
    door.broadcaster.broadcast(frame('four'), seats, ann.connection.seat);
    ann.connection.send(frame('five'));
    t.same([await ann.client.text(), await ann.client.text(), await ann.client.text()], ['one', 'two', 'five']);
    t.same([await ben.client.text(), await ben.client.text(), await ben.client.text()], ['two', 'three', 'four']);

    // Whoever gets the seat of who has gone gets nothing that was his.
    door.broadcaster.broadcast(frame('six'), seats, null);
    gone.stream.destroy();
    await once(gone.stream, 'close');
    const eve = await door.open();
    t.equal(eve.connection.seat, seats[2]);
    gone.connection.send(frame('seven'));
    gone.connection.ping();
    door.broadcaster.broadcast(
      frame('eight'),
      [ann, ben, eve].map(({ connection }) => connection.seat),
      null,
    );
    t.equal(await eve.client.text(), 'eight');
    t.same([await ann.client.text(), await ann.client.text()], ['six', 'eight']);
  });

for (const sender of [throughStreams, ...pastStreams])
  t.test(`what others are sent because one has to go keeps its place, ${sender.way}`, async (t) => {
    const others: Pair[] = [];
    const door = await startDoor(t, sender, () => {
      for (const { connection } of others) connection.send(frame('he is gone'));
    });
    const [ann, ben, slow, eve] = [await door.open(), await door.open(), await door.open(), await door.open()];
    others.push(ann, ben, eve);
    slow.client.tcp.pause();
    while (slow.stream.writableLength < MAX_UNREAD_BYTES / 2) {
      slow.connection.send(frame('x'.repeat(MAX_UNREAD_BYTES / 4)));
      await new Promise(setImmediate);
    }
    // One is written to before him and one behind; and one is owed nothing else.
    for (const { connection } of [ann, slow, ben]) connection.send(frame('one'));
    slow.connection.send(frame('x'.repeat(MAX_BYTES_PER_WRITE - 1000)));
    for (const { connection } of [ann, ben]) connection.send(frame('two'));
    await new Promise(setImmediate);
    for (const { connection } of [ann, ben, eve]) connection.send(frame('three'));
    const told = async ({ client }: Pair, count: number) => {
      const texts: string[] = [];
      while (texts.length < count) texts.push(await client.text());
      return texts;
    };
    t.equal(door.slowReaders(), 1);
    for (const each of [ann, ben]) {
      const texts = await told(each, 4);
      t.same(
        texts.filter((text) => text !== 'he is gone'),
        ['one', 'two', 'three'],
      );
      t.equal(texts.indexOf('he is gone') < 3, true, 'before what came later');
    }
    t.same(await told(eve, 2), ['he is gone', 'three']);
  });

t.test('a burst in one turn is bounded like everything else', async (t) => {
  const door = await startDoor(t);
  const { client, connection, stream } = await door.open();
  client.tcp.pause();
  const event = frame('x'.repeat(9_500));
  let mostUnread = 0;
  for (let sent = 0; sent < 20_000; sent++) {
    connection.send(event);
    mostUnread = Math.max(mostUnread, stream.writableLength);
  }
  t.equal(door.slowReaders(), 1, 'said once');
  t.ok(mostUnread > 0 && mostUnread <= MAX_UNREAD_BYTES + MAX_BYTES_PER_WRITE, `${mostUnread} bytes`);
  const unread = stream.writableLength;
  connection.send(event);
  connection.onPing(Buffer.from('p'));
  await new Promise(setImmediate);
  t.equal(stream.writableLength, unread, 'nothing is added any more');
  if (!stream.destroyed) await new Promise((resolve) => stream.once('close', resolve));
  t.pass('and it is destroyed although the peer never answers');
});

t.test('who reads may be sent as much in one turn as may be left unread', async (t) => {
  const door = await startDoor(t);
  const { client, connection } = await door.open();
  const events = Array.from({ length: 10 }, (_, n) => `${n}`.repeat(9_500));
  for (let round = 0; round < 20; round++) {
    for (const event of events) connection.send(frame(event));
    for (const event of events) t.equal(await client.text(), event);
  }
  t.equal(door.slowReaders(), 0);
});

t.test('a peer that ended its side is not waited for', async (t) => {
  const door = await startDoor(t);
  const { client, connection, stream } = await door.open();
  client.tcp.pause();
  while (stream.writableLength === 0) {
    connection.send(frame('x'.repeat(MAX_BYTES_PER_WRITE)));
    connection.flush();
  }
  client.tcp.end();
  await once(stream, 'end');
  t.notOk(stream.destroyed, 'what was sent may still be read');
  connection.close(4201, 'silent');
  t.ok(stream.destroyed);
});

t.test('nothing is kept of what has been sent', async (t) => {
  const door = await startDoor(t);
  const pairs = [await door.open(), await door.open()];
  const send = () => {
    const frames = [frame('one'), frame('two')];
    for (const { connection } of pairs) for (const each of frames) connection.send(each);
    return frames.map((each) => new WeakRef(each));
  };
  const kept = send();
  for (const { client } of pairs) t.same([await client.text(), await client.text()], ['one', 'two']);
  await new Promise(setImmediate);
  collectGarbage();
  t.same(
    kept.map((each) => each.deref()),
    [undefined, undefined],
  );
});
