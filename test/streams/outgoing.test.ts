import t from 'tap';
import { NO_DESCRIPTOR } from '../../server/streams/descriptor.ts';
import { type Asking, Outgoing } from '../../server/streams/outgoing.ts';
import { asciiPiece } from '../../server/streams/piece.ts';
import { NO_SEAT } from '../../server/streams/seats.ts';
import { throughStreams } from '../kit/streams.ts';

/** Who is sent something, with what each write brought him. */
class Peer implements Asking {
  seat = NO_SEAT;
  readonly descriptor = NO_DESCRIPTOR;
  readonly written: string[] = [];
  readonly #outgoing: Outgoing;
  readonly #order: Peer[];

  constructor(outgoing: Outgoing, order: Peer[]) {
    this.#outgoing = outgoing;
    this.#order = order;
  }

  write(bytes: Uint8Array): void {
    this.written.push(Buffer.from(bytes).toString('latin1'));
    this.#order.push(this);
  }

  flush(): void {
    const batch = this.#outgoing.take(this.seat);
    if (batch) this.write(batch.bytes());
  }
}

function startOutgoing(peers: number) {
  const outgoing = new Outgoing(throughStreams);
  const order: Peer[] = [];
  const all = Array.from({ length: peers }, () => new Peer(outgoing, order));
  for (const peer of all) peer.seat = outgoing.sit(peer, NO_DESCRIPTOR);
  const seats = all.map(({ seat }) => seat);
  const publish = (text: string, except: Peer | null = null) =>
    outgoing.addAll(seats, asciiPiece(text), except?.seat ?? null);
  return { outgoing, all, order, publish };
}

/** Immediates that are asked for before a turn run in it, those that it asks for in the next. */
const turn = () => new Promise((resolve) => setImmediate(resolve));

t.test('many wait a turn for more as long as more comes', async (t) => {
  const { all, publish } = startOutgoing(100);
  const [first] = all as [Peer];
  /** How many turns it takes until it is written. */
  const turnsUntilWritten = async (before: number) => {
    for (let turns = 1; ; turns++) {
      await turn();
      if (first.written.length > before) return turns;
      if (turns === 5) throw new Error('nothing has been written');
    }
  };

  publish('1');
  t.equal(await turnsUntilWritten(0), 2, 'it may be the first of many');
  publish('2');
  t.equal(await turnsUntilWritten(1), 1, 'it was not');
  publish('3');
  publish('4');
  t.equal(await turnsUntilWritten(2), 2, 'two in one turn');
  t.equal(first.written[2], '34');
  publish('5');
  t.equal(await turnsUntilWritten(3), 1);

  for (const burst of ['ab', 'cd']) {
    publish(burst[0] as string);
    publish('.');
    await turn();
    publish(burst[1] as string);
    await turn();
  }
  t.same(first.written.slice(4), ['a.b', 'c.d']);
  publish('6');
  await turn();
  publish('7');
  await turn();
  t.equal(first.written.at(-1), '67', 'a single one is waited behind, since more came');
  for (const { written } of all) t.same(written, first.written);
});

t.test('few do not wait, and neither do many who share little', async (t) => {
  const few = startOutgoing(10);
  few.publish('1');
  await turn();
  t.same(few.all[9]?.written, ['1']);

  const { outgoing, all } = startOutgoing(100);
  for (const [index, peer] of all.entries()) outgoing.add(peer.seat, asciiPiece(`${index}`));
  await turn();
  t.same(
    all.map(({ written }) => written),
    all.map((_, index) => [`${index}`]),
  );
});

t.test('answers leave first, and at once where there is nothing to leave with', async (t) => {
  const { outgoing, all, order, publish } = startOutgoing(10);
  const asking = new Peer(outgoing, order);
  outgoing.answer(asking, asciiPiece('one'));
  t.same(asking.written, ['one']);
  publish('event');
  outgoing.answer(asking, asciiPiece('two'));
  outgoing.answer(asking, asciiPiece('three'));
  t.equal(asking.written.length, 1);
  await turn();
  t.same(asking.written, ['one', 'twothree']);
  t.equal(order[1], asking);
  t.equal(order.length, 2 + all.length);
});

t.test('who takes the seat of somebody else in the same turn is sent what is his', async (t) => {
  const { outgoing, all, publish } = startOutgoing(200);
  const [first, gone] = all as [Peer, Peer];
  publish('1', first);
  outgoing.leave(gone.seat);
  const next = new Peer(outgoing, []);
  next.seat = outgoing.sit(next, NO_DESCRIPTOR);
  t.equal(next.seat, gone.seat);
  outgoing.add(next.seat, asciiPiece('2'));
  await turn();
  await turn();
  t.same(
    [first, gone, next, all[199]].map((peer) => peer?.written),
    [[], [], ['2'], ['1']],
  );
});

t.test('who asks has a seat until he is answered', async (t) => {
  const { outgoing, publish } = startOutgoing(10);
  const asking = new Peer(outgoing, []);
  for (let time = 0; time < 3; time++) {
    publish('event');
    outgoing.answer(asking, asciiPiece(`${time}`));
    t.not(asking.seat, NO_SEAT);
    // As somebody does whose next request is somebody else's to answer.
    if (time === 1) asking.flush();
    await turn();
    t.equal(asking.seat, NO_SEAT);
  }
  t.same(asking.written, ['0', '1', '2']);
});
