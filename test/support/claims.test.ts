import t from 'tap';
import type { PersonCaller } from '../../server/identity/caller.ts';
import { Refusal } from '../../server/refusal.ts';
import type { RoomCard } from '../../server/support/cards.ts';
import { onEachEngine } from '../kit/database.ts';
import { type House, houseOn } from './house.ts';

/** Takes the room in this house; who lost learns who won. */
async function take(house: House, agent: PersonCaller, ref: number): Promise<{ won: boolean; winner: number | null }> {
  try {
    const { assignee } = await house.desk.assignment.take(agent, ref);
    return { won: true, winner: assignee?.id ?? null };
  } catch (error) {
    if (!(error instanceof Refusal) || error.kind !== 'conflict') throw error;
    return { won: false, winner: (error.details.current as RoomCard).assignee?.id ?? null };
  }
}

t.test('two agents claim one room a thousand times, on two nodes: always exactly one wins', { timeout: 280_000 }, (t) =>
  onEachEngine(t, async (t, engine) => {
    const house = await houseOn(t, engine);
    const neighbour = house.neighbour();
    const [a, b] = [await house.agent(), await house.agent()];
    const visitor = await house.visitor();
    const { card } = await house.desk.rooms.current(visitor);
    const ref = card.room.publicId;
    const wins = { a: 0, b: 0 };
    const wrong: string[] = [];
    for (let turn = 0; turn < 1000; turn++) {
      const claims =
        turn % 2 ? [take(neighbour, b, ref), take(house, a, ref)] : [take(house, a, ref), take(neighbour, b, ref)];
      const outcomes = await Promise.all(claims);
      const winners = outcomes.filter((outcome) => outcome.won);
      const winner = winners[0]?.winner;
      if (winners.length !== 1 || outcomes.some((outcome) => outcome.winner !== winner)) {
        wrong.push(`${turn}: ${JSON.stringify(outcomes)}`);
      }
      wins[winner === a.userId ? 'a' : 'b'] += 1;
      await house.desk.assignment.unassign(winner === a.userId ? a : b, ref);
    }
    t.same(wrong, []);
    t.equal(wins.a + wins.b, 1000);
    t.comment(`${wins.a} : ${wins.b}`);
    const told = [...house.events, ...neighbour.events].filter((event) => event.type === 'room.updated');
    t.equal(told.length, 2000, 'each taking and each handing back was said once');
  }),
);

t.test('twenty on one node', (t) =>
  onEachEngine(t, async (t, engine) => {
    const house = await houseOn(t, engine);
    const agents = await Promise.all(Array.from({ length: 20 }, () => house.agent()));
    const { card } = await house.desk.rooms.current(await house.visitor());
    const outcomes = await Promise.all(agents.map((agent) => take(house, agent, card.room.publicId)));
    t.equal(outcomes.filter((outcome) => outcome.won).length, 1);
    t.equal(new Set(outcomes.map((outcome) => outcome.winner)).size, 1, 'and all the others are told who');
  }),
);
