import t from 'tap';
import { appendMessage } from '../../db/message-append.ts';
import { addRoomEvent } from '../../db/room-events.ts';
import { createRoom } from '../../db/rooms.ts';
import type { PersonCaller } from '../../server/identity/caller.ts';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { becomeAdmin, hire, startDesk, visit } from '../kit/desk.ts';
import { type House, houseOn, refused } from './house.ts';

const SECOND = 1000;

/** Three days in Kyiv, where clocks go forward in the night to the second. */
async function threeDays(house: House) {
  const { db } = house.database;
  const [anna, borys] = [
    await house.agent({ name: 'Анна', siteDomain: 'a.example' }),
    await house.agent({ name: 'Борис' }),
  ];
  const chief = await house.agent({ role: 'supervisor' });
  const visitor = await house.visitor();
  const at = (time: string) => Date.parse(`2026-03-${time}Z`);
  const room = (time: string, siteDomain: string) =>
    createRoom(db, { userId: visitor.userId, now: at(time), siteDomain, channel: 'widget' });
  const say = (roomId: number, time: string, who: PersonCaller, isPrivate = false) =>
    appendMessage(db, {
      roomId,
      userId: who.userId,
      text: 'x',
      now: at(time),
      isAdmin: who !== visitor,
      isPrivate,
    });
  const become = (roomId: number, time: string, who: PersonCaller | null, data: object) =>
    addRoomEvent(db, { roomId, type: 'room.updated', actorId: who?.userId ?? null, data }, at(time));

  const first = (await room('28T21:30:00', 'a.example')).id;
  await say(first, '28T21:30:00', visitor);
  await say(first, '28T21:31:00', visitor);
  await say(first, '28T21:31:30', anna, true);
  await say(first, '28T21:32:00', anna);
  await say(first, '28T21:33:00', anna);
  await say(first, '28T22:30:00', visitor);
  await say(first, '28T22:31:00', borys);
  await become(first, '28T22:40:00', borys, { what: 'status', from: 'assigned', to: 'resolved' });
  await become(first, '29T21:30:00', null, {
    what: 'status',
    from: 'resolved',
    to: 'closed',
    because: 'resolved long ago',
  });
  await say(first, '30T08:00:00', visitor);
  await become(first, '30T08:00:00.005', visitor, {
    what: 'status',
    from: 'closed',
    to: 'open',
    because: 'visitor wrote',
  });
  await say(first, '30T08:00:30', anna);
  await become(first, '30T08:10:00', anna, { what: 'status', from: 'assigned', to: 'closed' });
  const second = (await room('29T00:30:00', 'b.example')).id;
  await say(second, '29T00:30:00', visitor);
  await become(second, '29T00:30:45', borys, {
    what: 'assignee',
    from: null,
    to: borys.userId,
    waitedMilliseconds: 45 * SECOND,
  });
  const later = (await room('31T00:30:00', 'a.example')).id;
  await say(later, '31T00:30:00', visitor);
  return { anna, borys, chief, visitor };
}

t.test('what is counted and measured', (t) =>
  onEachEngine(t, async (t, engine) => {
    const house = await houseOn(t, engine);
    const { anna, borys, chief, visitor } = await threeDays(house);
    const { reports } = house.desk;
    const days = { from: '2026-03-28', to: '2026-03-30' };
    const inKyiv = await reports.read(chief, { ...days, timezone: 'Europe/Kyiv' });
    const counts = (rooms: number, visitorMessages: number, teamMessages: number) => ({
      rooms,
      visitorMessages,
      teamMessages,
    });
    t.same(inKyiv.totals, { ...counts(2, 5, 4), resolved: 1, closed: 2 });
    t.same(inKyiv.byDay, [
      { day: '2026-03-28', ...counts(1, 2, 2), resolved: 0, firstResponse: 120 * SECOND, resolution: null },
      { day: '2026-03-29', ...counts(1, 2, 1), resolved: 1, firstResponse: null, resolution: 4200 * SECOND },
      { day: '2026-03-30', ...counts(0, 1, 1), resolved: 0, firstResponse: 30 * SECOND, resolution: 600 * SECOND },
    ]);
    t.same(
      inKyiv.byHour.filter(({ rooms, visitorMessages }) => rooms + visitorMessages > 0),
      [
        { hour: 0, ...counts(0, 1, 1) },
        { hour: 2, ...counts(1, 1, 0) },
        { hour: 11, ...counts(0, 1, 1) },
        { hour: 23, ...counts(1, 2, 2) },
      ],
    );
    const durations = ({ wait, firstResponse, reply, resolution }: typeof inKyiv) => ({
      wait,
      firstResponse,
      reply,
      resolution,
    });
    const of = (count: number, median: number, ninetieth: number) => ({
      count,
      median: median * SECOND,
      ninetieth: ninetieth * SECOND,
    });
    t.same(durations(inKyiv), {
      wait: of(1, 45, 45),
      firstResponse: of(2, 75, 120),
      reply: of(3, 60, 120),
      resolution: of(2, 2400, 4200),
    });
    const rows = inKyiv.agents.map(({ author, ...row }) => ({ name: author.name, ...row }));
    const ofAnna = { name: 'Анна', rooms: 1, messages: 3, resolved: 0, firstResponse: 75 * SECOND, reply: 75 * SECOND };
    const ofBorys = { name: 'Борис', rooms: 1, messages: 1, resolved: 1, firstResponse: null, reply: 60 * SECOND };
    t.same(rows, [ofAnna, ofBorys]);

    await t.test('elsewhere, of one site, for one of the team', async (t) => {
      const inKathmandu = await reports.read(chief, { ...days, timezone: 'Asia/Kathmandu' });
      // 21:30 UTC is 03:15 there, 22:30 is 04:15, and 00:30 is 06:15.
      t.same(
        inKathmandu.byHour.filter(({ rooms }) => rooms > 0).map(({ hour }) => hour),
        [3, 6],
      );
      const ofOne = await reports.read(chief, { ...days, site: 'b.example' });
      t.same(ofOne.totals, { ...counts(1, 1, 0), resolved: 0, closed: 0 });
      t.same([ofOne.wait.count, ofOne.reply.count], [1, 0]);
      const ofHers = await reports.read(anna, { ...days, timezone: 'Europe/Kyiv' });
      t.same(ofHers.totals, { ...counts(1, 4, 4), resolved: 1, closed: 2 }, 'her site’s and nobody’s');
      t.same(
        ofHers.agents.map(({ author }) => author.id),
        [anna.userId],
        'of the others only what all have done',
      );
      t.same((await reports.read(anna, { ...days, site: 'b.example' })).totals.rooms, 0);
      t.same(
        (await reports.read(borys, days)).agents.map(({ author }) => author.id),
        [borys.userId],
      );
      const year = await reports.read(chief, { from: '2025-04-01', to: '2026-04-01', timezone: 'America/New_York' });
      t.same([year.byDay.length, year.totals.rooms], [366, 3]);
    });

    await t.test('what cannot be asked', async (t) => {
      await refused(t, 'forbidden', reports.read(visitor, days));
      const wrong = [
        { to: '2026-02-30' },
        { from: 'yesterday' },
        { from: '2026-03-31' },
        { from: '2025-03-29' },
        { timezone: 'Nowhere' },
      ];
      for (const part of wrong) await refused(t, 'invalid', reports.read(chief, { ...days, ...part }));
    });
  }),
);

t.test('through the front door, and as a table', async (t) => {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'));
  const admin = await becomeAdmin(desk);
  const agent = await hire(desk, { name: '=1+1,"x"', role: 'agent' });
  const visitor = await visit(desk);
  const room = (await desk.ask('GET', '/api/chat/room', { as: visitor })).json.room.id;
  const write = (as: typeof visitor) =>
    desk.ask('POST', `/api/chat/room/${room}/messages`, { as, body: { message: 'x' } });
  const act = (what: string, body: object = {}) =>
    desk.ask('POST', `/api/admin/chat/rooms/${room}/${what}`, { as: agent, body });
  await write(visitor);
  await write(agent);
  await act('resolve');
  await act('assign', { admin_id: agent.id });
  await write(visitor);
  await write(agent);
  await act('unassign');
  await act('take');
  await act('close');
  // Midnight may come between.
  const day = (ahead: number) => new Date(Date.now() + ahead * 86_400_000).toISOString().slice(0, 10);
  const query = `from=${day(-1)}&to=${day(1)}&timezone=UTC`;
  const ask = (path: string, as = admin) => desk.ask('GET', `/api/admin/chat/${path}`, { as });
  const { json } = await ask(`reports?${query}`);
  t.match(json.data, {
    totals: { rooms: 1, messages_visitor: 2, messages_team: 2, resolved: 1, closed: 1 },
    by_hour: { length: 24 },
    by_day: { length: 3 },
    wait: { count: 2 },
    first_response: { count: 2, median_seconds: 0, p90_seconds: 0 },
    reply: { count: 2 },
    resolution: { count: 2 },
    agents: [{ user: { id: agent.id }, rooms: 1, messages: 2, resolved: 1, reply_median_seconds: 0 }],
  });
  const table = await ask(`reports.csv?${query}&table=agents`);
  t.match(table.headers.get('content-type'), 'text/csv');
  t.match(table.headers.get('content-disposition'), `report-agents-${day(-1)}`);
  t.same(table.text.replace('\uFEFF', '').split('\r\n'), [
    'id,name,rooms,messages,resolved,first_response_median_seconds,reply_median_seconds',
    `${agent.id},"'=1+1,""x""",1,2,1,0,0`,
    '',
  ]);
  const hours = await ask(`reports.csv?${query}&table=hours`);
  t.equal(hours.text.split('\r\n').length, 26);
  t.match((await ask(`reports.csv?${query}`)).text, /day,rooms,messages_visitor,messages_team,resolved/);
  t.equal((await ask('reports?from=2026-01-01')).status, 422);
  t.equal((await ask(`reports.csv?${query}&table=secrets`)).status, 422);
});
