import fc from 'fast-check';
import t from 'tap';
import { catchUpOf } from '../../client/chat/catch-up.ts';
import { type Message, messageFrom } from '../../client/chat/message.ts';
import { blocksOf } from '../../client/chat/rows.ts';
import * as time from '../../client/chat/timeline.ts';

const NOON = Date.UTC(2026, 0, 2, 12);

function message(seq: number, change: Partial<Message> = {}): Message {
  return {
    id: 1000 + seq,
    roomId: 7,
    author: { id: 2, name: 'Olena', avatar: null },
    text: `text ${seq}`,
    type: 'text',
    files: [],
    isAgent: true,
    seq,
    clientId: null,
    sentAt: NOON + seq * 1000,
    version: NOON + seq * 1000,
    deliveredAt: null,
    readAt: null,
    editedAt: null,
    deletedAt: null,
    isPrivate: false,
    ...change,
  };
}

/** What the server has, and everything it may send of it. */
function serverOf() {
  const messages: Message[] = [];
  let clock = NOON;
  return {
    messages,
    send: () => {
      clock += 1000;
      const sent = message(messages.length + 1, { sentAt: clock, version: clock });
      messages.push(sent);
      // The event does not say when the message was changed last.
      return { ...sent, version: 0 };
    },
    edit(at: number) {
      const index = messages.length - 1 - at;
      const there = messages[index];
      if (!there || there.deletedAt !== null) return undefined;
      clock += 1000;
      const edited = { ...there, text: `${there.text}, edited`, version: clock, editedAt: clock };
      messages[index] = edited;
      return edited;
    },
    remove(at: number) {
      const index = messages.length - 1 - at;
      const there = messages[index];
      if (!there || there.deletedAt !== null) return undefined;
      clock += 1000;
      messages[index] = { ...there, text: '', files: [], version: clock, deletedAt: clock };
      return { id: there.id, deletedAt: clock };
    },
    newest: (limit: number) => messages.slice(-limit),
    after: (seq: number, limit: number) => messages.filter((each) => each.seq > seq).slice(0, limit),
    before: (seq: number, limit: number) => messages.filter((each) => each.seq < seq).slice(-limit),
  };
}

type Delivery = (timeline: time.Timeline) => time.Timeline;

const step = fc.oneof(
  fc.record({ do: fc.constant('send' as const), isLost: fc.boolean(), delay: fc.nat(6) }),
  fc.record({ do: fc.constant('edit' as const), at: fc.nat(20), isLost: fc.boolean(), delay: fc.nat(6) }),
  fc.record({ do: fc.constant('remove' as const), at: fc.nat(20), isLost: fc.boolean(), delay: fc.nat(6) }),
  fc.record({ do: fc.constant('page' as const), isLost: fc.boolean(), delay: fc.nat(6) }),
  fc.record({ do: fc.constant('repeat' as const), isLost: fc.constant(false), delay: fc.nat(6) }),
);

t.test('whatever is lost, late, repeated or out of order, a catch-up ends with the server’s list', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), fc.nat(30), async (steps, before) => {
      const server = serverOf();
      for (let count = 0; count < before; count += 1) server.send();
      let timeline = time.withPage(time.emptyTimeline, server.newest(10));
      const under: { at: number; deliver: Delivery }[] = [];
      let last: Delivery = (same) => same;
      for (const [now, each] of steps.entries()) {
        let deliver: Delivery | undefined;
        if (each.do === 'send') {
          const sent = server.send();
          deliver = (there) => time.withNew(there, sent);
        } else if (each.do === 'edit') {
          const edited = server.edit(each.at);
          if (edited) deliver = (there) => time.withCorrection(there, edited.id, edited);
        } else if (each.do === 'remove') {
          const removed = server.remove(each.at);
          if (removed) deliver = (there) => time.withCorrection(there, removed.id, removed);
        } else if (each.do === 'page') {
          const page = server.newest(10);
          deliver = (there) => time.withPage(there, page);
        } else deliver = last;
        if (deliver && !each.isLost) {
          under.push({ at: now + each.delay, deliver });
          last = deliver;
        }
        for (const due of under.filter(({ at }) => at <= now)) timeline = due.deliver(timeline);
        under.splice(0, under.length, ...under.filter(({ at }) => at > now));
      }
      const catchUp = catchUpOf({
        timeline: () => timeline,
        isFirst: () => timeline.messages.length === 0,
        newest: async () => ({ messages: server.newest(50), hasMore: false }),
        async after(seq, limit) {
          const messages = server.after(seq, limit);
          // What is late arrives in the middle of it.
          for (const due of under.splice(0)) timeline = due.deliver(timeline);
          return { messages, hasMore: server.after(messages.at(-1)?.seq ?? seq, 1).length > 0 };
        },
        before: async (seq, limit) => ({ messages: server.before(seq, limit), hasMore: true }),
        take: (messages) => {
          timeline = time.withPage(timeline, messages);
        },
      });
      await catchUp.toEnd();
      await catchUp.toEnd();
      const first = time.firstSeq(timeline);
      const expected = server.messages.filter(({ seq }) => seq >= first);
      const shown = (each: Message) => [each.seq, each.id, each.text, each.deletedAt !== null];
      t.same(timeline.messages.map(shown), expected.map(shown));
      t.equal(time.holeAfter(timeline), null);
    }),
    { numRuns: 300 },
  );
});

t.test('what was changed long ago, while nobody listened, is read again as far as anything is loaded', async (t) => {
  const server = serverOf();
  for (let count = 0; count < 1000; count += 1) server.send();
  let timeline = time.withPage(time.emptyTimeline, server.messages.slice(300));
  // Of the loaded ones the first, the last and some between; one that is not loaded; and new ones.
  for (const at of [699, 500, 301, 51, 50, 49, 0, 900]) server.edit(at);
  server.remove(400);
  for (let count = 0; count < 250; count += 1) server.send();
  const asked: number[] = [];
  const catchUp = catchUpOf({
    timeline: () => timeline,
    isFirst: () => false,
    newest: async () => ({ messages: [], hasMore: false }),
    after: async (seq, limit) => ({
      messages: server.after(seq, limit),
      hasMore: server.after(seq, limit + 1).length > limit,
    }),
    async before(seq, limit) {
      asked.push(limit);
      return { messages: server.before(seq, limit), hasMore: true };
    },
    take: (messages) => {
      timeline = time.withPage(timeline, messages);
    },
  });
  await catchUp.toEnd();
  await catchUp.again();
  t.same(timeline.messages, server.messages.slice(300), 'as the server has them, and no more than were loaded');
  t.same(asked, [200, 200, 200, 200, 100], 'page by page, down to the first');
});

t.test('a page of older messages goes before the others, and the start is known by its number', async (t) => {
  const newest = Array.from({ length: 50 }, (_, index) => message(51 + index));
  const older = Array.from({ length: 50 }, (_, index) => message(1 + index));
  const some = time.withPage(time.emptyTimeline, newest);
  t.equal(time.hasOlder(some), true);
  const all = time.withPage(some, older);
  t.equal(time.hasOlder(all), false);
  t.same(
    all.messages.map(({ seq }) => seq),
    Array.from({ length: 100 }, (_, index) => index + 1),
  );
});

t.test('the hole is found wherever it is', async (t) => {
  for (const missing of [2, 3, 50, 98, 99]) {
    const messages = Array.from({ length: 100 }, (_, index) => message(index + 1)).filter(({ seq }) => seq !== missing);
    t.equal(time.holeAfter(time.withPage(time.emptyTimeline, messages)), missing - 1);
  }
});

t.test('unread are the other side’s messages after the mark', async (t) => {
  const timeline = time.withPage(time.emptyTimeline, [
    message(1),
    message(2, { isAgent: false }),
    message(3, { type: 'system' }),
    message(4, { deletedAt: NOON }),
    message(5, { isPrivate: true }),
    message(6),
  ]);
  t.equal(time.unreadBy(timeline, false), 2);
  t.equal(time.unreadBy(time.withRead(timeline, false, 1), false), 1);
  t.equal(time.unreadBy(time.withRead(timeline, false, 6), false), 0);
  t.equal(time.withRead(time.withRead(timeline, false, 6), false, 2).readByUser, 6, 'reading is never undone');
  t.equal(time.unreadBy(timeline, true), 1);
});

t.test('rows: day lines, one line above what is new, groups, marks', async (t) => {
  const timeline = time.withRead(
    time.withPage(time.emptyTimeline, [
      message(1, { isAgent: false, sentAt: NOON - 86_400_000 }),
      message(2, { isAgent: false, sentAt: NOON }),
      message(3, { isAgent: false, sentAt: NOON + 1000 }),
      message(4, { sentAt: NOON + 2000 }),
      message(5, { sentAt: NOON + 500_000 }),
    ]),
    true,
    2,
  );
  const outgoing = [{ clientId: 'c', roomId: 7, text: 'x', files: [], queuedAt: NOON, failure: null }];
  const rows = blocksOf({ timeline, outgoing, isTeam: false, unreadAfter: 3, unreadCount: 2 }).flatMap((b) => b.rows);
  t.same(
    rows.map((row) => (row.kind === 'message' ? `${row.message.seq} ${row.startsGroup} ${row.progress}` : row.kind)),
    ['day', '1 true read', 'day', '2 true read', '3 false sent', 'unread', '4 true sent', '5 true sent', 'outgoing'],
  );
});

t.test('blocks are cut at fixed places: what is loaded above changes none that is there', async (t) => {
  const all = Array.from({ length: 200 }, (_, index) => message(index + 1));
  const of = (messages: Message[]) =>
    blocksOf({
      timeline: time.withPage(time.emptyTimeline, messages),
      outgoing: [],
      isTeam: false,
      unreadAfter: null,
      unreadCount: 0,
    }).map(({ key, rows }) => `${key} ${rows.filter(({ kind }) => kind === 'message').length}`);
  t.same(of(all).slice(-3), of(all.slice(50)).slice(-3));
});

t.test('a malformed message is no message', async (t) => {
  const wire = {
    id: 1,
    chat_room_id: 7,
    user_id: 2,
    message: 'x',
    type: 'text' as const,
    attachments: null,
    is_admin: true,
  };
  const good = { ...wire, created_at: '2026-01-02T10:00:00+00:00', seq: 1 };
  t.ok(messageFrom(good));
  for (const bad of [
    null,
    undefined,
    wire as typeof good,
    { ...good, id: 'x' as unknown as number },
    { ...good, created_at: 'yesterday' },
  ]) {
    t.equal(messageFrom(bad), undefined);
  }
});
