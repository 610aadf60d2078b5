import { createServer, type Server, type Socket } from 'node:net';
import type { Test } from 'tap';
import t from 'tap';
import { compileC, hasCompiler } from './bench/c-program.ts';
import { Load } from './bench/load.ts';
import { startSendLoop } from './bench/measured-server.ts';

const NEEDS_CC = hasCompiler() ? {} : { skip: 'there is no C compiler' };
const HANDSHAKE = 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n';
const BURST = 16;
const DONE = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}';

function frame(text: string): Buffer {
  const length = Buffer.byteLength(text);
  const head = length < 126 ? [0x81, length] : [0x81, 126, length >> 8, length & 255];
  return Buffer.concat([Buffer.from(head), Buffer.from(text)]);
}

/** A server that lets `spoil` change what each of its sockets is sent of an event. */
async function faultyServer(t: Test, spoil: (frames: Buffer[]) => Buffer[]): Promise<number> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    let text = '';
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      text += bytes.toString('latin1');
      if (text.startsWith('GET') && text.endsWith('\r\n\r\n')) {
        socket.write(HANDSHAKE);
        text = '';
      } else if (text.startsWith('POST')) {
        const bodies = Array.from(text.matchAll(/\r\n\r\n(\{.*?\})(?=POST|$)/gs), ([, json = '']) => JSON.parse(json));
        if (bodies.length < BURST) return;
        const events = bodies.map(({ name, data, channel }) => frame(JSON.stringify({ event: name, data, channel })));
        socket.write(DONE.repeat(BURST));
        for (const each of sockets) each.write(Buffer.concat(spoil(events)));
      } else {
        sockets.push(socket);
        socket.write(frame('{"event":"pusher_internal:subscription_succeeded"}'));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return (server.address() as { port: number }).port;
}

function loadAt(t: Test, port: number): Load {
  const load = new Load(compileC('load'), port);
  t.teardown(() => load.end());
  return load;
}

t.test('the load generator counts what a C server delivers', NEEDS_CC, async (t) => {
  const server = await startSendLoop();
  t.teardown(() => server.stop());
  t.ok(server.cpuSeconds() >= 0 && server.rssBytes() > 0);
  const load = loadAt(t, server.port);
  await load.mustDo('open 20 5 bench');
  for (const command of ['publish 50 1 1 1', 'publish 50 16 1 16', 'publish 50 2 10 2']) {
    const { published, delivered, p50, p99, slowest } = await load.mustDo(command);
    t.ok(published > 0, command);
    t.equal(delivered, published * 5, 'each event to the five of its channel');
    t.ok(p50 <= p99 && p99 <= slowest + 0.005);
  }
  t.match(await load.mustDo('rate 100 50'), { published: 5, delivered: 25 });
  t.match(await load.mustDo('churn 10 3 4 bench'), { heard: 10 });
});

t.test('the load generator notices what is wrong', NEEDS_CC, async (t) => {
  const faults: [what: string, spoil: (frames: Buffer[]) => Buffer[], seen: object][] = [
    ['an order that is not the publisher’s', (frames) => frames.toReversed(), { gaps: 15, outOfOrder: 15 }],
    ['a gap', (frames) => frames.toSpliced(3, 1, frames[15] as Buffer), { gaps: 12, outOfOrder: 12 }],
    ['one that comes twice', (frames) => [frames[0] as Buffer, ...frames], { gaps: 0, outOfOrder: 1 }],
    [
      'another channel’s event',
      ([first = Buffer.alloc(0), ...others]) => [
        frame(first.toString('latin1', 4).replace('bench0', 'bench1')),
        ...others,
      ],
      { strays: 1 },
    ],
  ];
  for (const [what, spoil, seen] of faults) {
    const load = loadAt(t, await faultyServer(t, spoil));
    t.match(await load.mustDo('open 1 1 bench'), { closed: 0 });
    t.match(await load.order(`publish 1 ${BURST} 1 1`), seen, what);
    await load.end();
  }
});
