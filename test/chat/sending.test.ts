import fc from 'fast-check';
import t from 'tap';
import { memoryOutbox } from '../../client/chat/memory-outbox.ts';
import type { Message } from '../../client/chat/message.ts';
import { type Outgoing, type Sender, type SenderParts, senderOf } from '../../client/chat/sending.ts';
import { Trouble, troubleOf, waitBeforeRetry } from '../../client/chat/trouble.ts';

const ROOM = 7;

function outgoing(clientId: string, change: Partial<Outgoing> = {}): Outgoing {
  return { clientId, roomId: ROOM, text: clientId, files: [], queuedAt: 0, failure: null, ...change };
}

/** A server that knows repeats by `client_id`, and a network that does what `fates` say. */
function serverOf(fates: string[]) {
  const stored: Message[] = [];
  let posting = 0;
  return {
    stored,
    mostAtOnce: 0,
    async post({ clientId, text, roomId }: Outgoing): Promise<Message> {
      posting += 1;
      this.mostAtOnce = Math.max(this.mostAtOnce, posting);
      await Promise.resolve();
      try {
        const fate = fates.shift() ?? 'fine';
        if (fate === 'lost') throw new Trouble('offline');
        if (fate === 'failing') throw new Trouble('broken');
        if (fate === 'busy') throw new Trouble('too-many', { retryAfterMs: 1 });
        if (text.startsWith('bad')) throw new Trouble('invalid', { reason: 'No.' });
        let message = stored.find((each) => each.clientId === clientId);
        if (!message) {
          const seq = stored.length + 1;
          message = { id: seq, seq, clientId, text, roomId } as Message;
          stored.push(message);
        }
        if (fate === 'answer lost') throw new Trouble('offline');
        return message;
      } finally {
        posting -= 1;
      }
    },
  };
}

/** One at a time, as the browser's locks keep it. */
function lockOf(): SenderParts['alone'] {
  let last: Promise<void> = Promise.resolve();
  return (_name, work) => {
    last = last.then(work);
    return last;
  };
}

function partsOf(server: ReturnType<typeof serverOf>, change: Partial<SenderParts> = {}): SenderParts {
  return {
    outbox: memoryOutbox(),
    post: (entry) => server.post(entry),
    alone: lockOf(),
    onStored: () => {},
    onChange: () => {},
    onProgress: () => {},
    onTrouble: () => {},
    pause: () => new Promise((resolve) => setImmediate(resolve)),
    ...change,
  };
}

async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = Date.now() + 20_000;
  while (!(await isSo())) {
    if (Date.now() > deadline) throw new Error(`never: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

t.test('whatever the network does, from however many tabs: each once, in order', async (t) => {
  const fate = fc.constantFrom('fine', 'lost', 'answer lost', 'failing', 'busy');
  const text = fc.record({ tab: fc.nat(2), isBad: fc.boolean() });
  await fc.assert(
    fc.asyncProperty(fc.array(text, { maxLength: 12 }), fc.array(fate, { maxLength: 30 }), async (texts, fates) => {
      const server = serverOf([...fates]);
      const parts = partsOf(server);
      const tabs = [0, 1, 2].map(() => senderOf(ROOM, parts));
      const names = texts.map(({ isBad }, index) => `${isBad ? 'bad' : 'good'} ${index}`);
      for (const [index, { tab }] of texts.entries()) await tabs[tab]?.send(outgoing(names[index] as string));
      await until('an empty outbox', async () =>
        (await parts.outbox.ofRoom(ROOM)).every(({ failure }) => failure !== null),
      );
      for (const tab of tabs) tab.stop();
      const good = names.filter((name) => name.startsWith('good'));
      t.same(
        server.stored.map((message) => message.text),
        good,
      );
      t.same(
        (await parts.outbox.ofRoom(ROOM)).map((entry) => entry.text),
        names.filter((name) => name.startsWith('bad')),
      );
      t.ok(server.mostAtOnce <= 1, 'one in flight');
    }),
    { numRuns: 100 },
  );
});

t.test('what a closed tab has left is sent by the next', async (t) => {
  const server = serverOf(Array(100).fill('lost'));
  const parts = partsOf(server, { pause: () => new Promise(() => {}) });
  const first = senderOf(ROOM, parts);
  for (const text of ['one', 'two', 'three']) await first.send(outgoing(text));
  first.stop();
  const later = serverOf([]);
  const second = senderOf(ROOM, { ...parts, post: (entry) => later.post(entry) });
  second.wake();
  await until('three messages', () => later.stored.length === 3);
  t.same(
    later.stored.map(({ text }) => text),
    ['one', 'two', 'three'],
  );
  second.stop();
});

t.test('a refused message tells why, lets the others pass, and goes when asked again', async (t) => {
  const server = serverOf([]);
  const parts = partsOf(server);
  const sender = senderOf(ROOM, parts);
  await sender.send(outgoing('bad'));
  await sender.send(outgoing('good'));
  await until('the second', () => server.stored.length === 1);
  t.match(await parts.outbox.ofRoom(ROOM), [{ text: 'bad', failure: { kind: 'invalid', reason: 'No.' } }]);
  await parts.outbox.change('bad', { text: 'mended' });
  await sender.retry('bad');
  await until('the first', () => server.stored.length === 2);
  sender.stop();
});

t.test('the wait the server asks for is told, and `wake` ends it', async (t) => {
  const server = serverOf(['busy']);
  const waits: number[] = [];
  const troubles: (string | null)[] = [];
  const parts = partsOf(server, {
    pause: (ms, wake) => {
      waits.push(ms);
      return new Promise((resolve) => wake.addEventListener('abort', () => resolve()));
    },
    onTrouble: (trouble) => troubles.push(trouble.kind),
  });
  const sender: Sender = senderOf(ROOM, parts);
  await sender.send(outgoing('one'));
  await until('a wait', () => waits.length === 1);
  t.same(troubles, ['too-many']);
  sender.wake();
  await until('the message', () => server.stored.length === 1);
  sender.stop();
});

t.test('what was written before there was a room goes to it', async (t) => {
  const server = serverOf([]);
  const parts = partsOf(server);
  await parts.outbox.add(outgoing('early', { roomId: 0 }));
  const sender = senderOf(ROOM, parts);
  await sender.adopt(0);
  await until('the message', () => server.stored.length === 1);
  t.equal(server.stored[0]?.roomId, ROOM);
  sender.stop();
});

t.test('troubles: of which kind, and how long to wait', async (t) => {
  t.equal(troubleOf(401, null, null).kind, 'unauthenticated');
  t.equal(troubleOf(413, null, null).kind, 'too-large');
  t.equal(troubleOf(503, null, null).kind, 'broken');
  t.equal(troubleOf(418, null, null).kind, 'invalid');
  t.match(troubleOf(422, { message: 'The message is too long.' }, null), { reason: 'The message is too long.' });
  t.equal(troubleOf(429, null, '7').retryAfterMs, 7000);
  t.equal(troubleOf(429, { retry_after: 3 }, null).retryAfterMs, 3000, 'where the header is not shown');
  const offline = new Trouble('offline');
  t.same(
    [1, 2, 3, 4, 5, 6, 9].map((failures) => waitBeforeRetry(offline, failures, () => 0.5)),
    [1000, 2000, 4000, 8000, 16_000, 30_000, 30_000],
  );
  t.not(
    waitBeforeRetry(offline, 3, () => 0),
    waitBeforeRetry(offline, 3, () => 1),
    'not everybody at once',
  );
});
