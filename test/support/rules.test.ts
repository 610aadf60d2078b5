import t from 'tap';
import type { Room, RoomChanges, RoomStatus } from '../../db/rooms.ts';
import type { Caller, PersonCaller, Role } from '../../server/identity/caller.ts';
import { Refusal } from '../../server/refusal.ts';
import { filledIn } from '../../server/support/canned.ts';
import { textOf } from '../../server/support/input.ts';
import { shortened } from '../../server/support/message.ts';
import { checkedOutgoing } from '../../server/support/outgoing.ts';
import { may, type RoomAction, standingOf } from '../../server/support/policy.ts';
import { afterMessage, archived, becoming, givenTo, handedBack, isTakeable } from '../../server/support/room.ts';
import { isStoragePath } from '../../server/support/storage.ts';
import { endingFor, fileNameOf, isInline } from '../../server/support/upload.ts';
import { UploadQuota } from '../../server/support/upload-quota.ts';

const now = Date.UTC(2026, 0, 2, 10);

function room(overrides: Partial<Room> = {}): Room {
  return {
    id: 1,
    publicId: 9_007_199_254_740_000,
    uuid: '00000000-0000-4000-8000-000000000001',
    userId: 5,
    status: 'open',
    assignedTo: null,
    priority: 'normal',
    category: 'general',
    lastMessageAt: 1,
    assignedAt: null,
    resolvedAt: null,
    closedAt: null,
    unreadUserCount: 0,
    unreadAdminCount: 0,
    metadata: null,
    createdAt: 1,
    updatedAt: 1,
    siteDomain: null,
    channel: 'widget',
    lastSeq: 0,
    lastPublicSeq: 0,
    lastSentAt: 0,
    userReadSeq: 0,
    adminReadSeq: 0,
    needsReplySince: null,
    firstResponseAt: null,
    queuedAt: 1,
    snoozedUntil: null,
    archivedAt: null,
    closedBy: null,
    subject: null,
    locale: null,
    openKey: ':5',
    ...overrides,
  };
}

/** A room as it would truly be in that state. */
const states: Record<RoomStatus | 'archived' | 'reopened', Room> = {
  open: room(),
  reopened: room({ assignedTo: 7, openKey: null }),
  assigned: room({ status: 'assigned', assignedTo: 7, assignedAt: 2, snoozedUntil: now + 1 }),
  resolved: room({ status: 'resolved', assignedTo: 7, assignedAt: 2, resolvedAt: 3, openKey: null }),
  closed: room({ status: 'closed', resolvedAt: 3, closedAt: 4, closedBy: 7, openKey: null }),
  archived: room({ status: 'closed', closedAt: 4, closedBy: 7, archivedAt: 5, openKey: null }),
};

t.test('a room that changes its status keeps its dates consistent', async (t) => {
  const unsettled = { resolvedAt: null, closedAt: null, closedBy: null, archivedAt: null, snoozedUntil: null };
  const settled = { openKey: null, needsReplySince: null, archivedAt: null, snoozedUntil: null };
  const table: [keyof typeof states, RoomStatus, RoomChanges | 'refused'][] = [
    ['open', 'open', {}],
    ['open', 'assigned', 'refused'],
    ['open', 'resolved', { ...settled, status: 'resolved', resolvedAt: now, closedAt: null, closedBy: null }],
    ['open', 'closed', { ...settled, status: 'closed', closedAt: now, closedBy: 9 }],
    ['reopened', 'assigned', { ...unsettled, status: 'assigned', assignedAt: now }],
    ['assigned', 'open', { ...unsettled, status: 'open', queuedAt: now }],
    ['assigned', 'assigned', {}],
    ['assigned', 'resolved', { ...settled, status: 'resolved', resolvedAt: now, closedAt: null, closedBy: null }],
    ['assigned', 'closed', { ...settled, status: 'closed', closedAt: now, closedBy: 9 }],
    ['resolved', 'open', { ...unsettled, status: 'open', queuedAt: now }],
    ['resolved', 'assigned', { ...unsettled, status: 'assigned', assignedAt: now }],
    ['resolved', 'resolved', {}],
    ['resolved', 'closed', { ...settled, status: 'closed', closedAt: now, closedBy: 9 }],
    ['closed', 'open', { ...unsettled, status: 'open', queuedAt: now }],
    ['closed', 'assigned', 'refused'],
    ['closed', 'resolved', { ...settled, status: 'resolved', resolvedAt: now, closedAt: null, closedBy: null }],
    ['closed', 'closed', {}],
    ['archived', 'open', { ...unsettled, status: 'open', queuedAt: now }],
    ['archived', 'closed', { ...settled, status: 'closed', closedAt: now, closedBy: 9 }],
  ];
  for (const [from, to, expected] of table) {
    const name = `${from} → ${to}`;
    if (expected === 'refused')
      t.match(
        t.throws(() => becoming(states[from], to, 9, now)),
        { kind: 'invalid' },
        name,
      );
    else t.same(becoming(states[from], to, 9, now), expected, name);
  }
});

t.test('who may have a room, and what giving and handing back do', async (t) => {
  t.same(
    Object.entries(states).map(([name, state]) => [name, isTakeable(state)]),
    [
      ['open', true],
      ['reopened', true],
      ['assigned', false],
      ['resolved', false],
      ['closed', false],
      ['archived', false],
    ],
  );
  t.equal(isTakeable(room({ status: 'assigned', assignedTo: null })), true, 'a Laravel app may leave such a one');
  t.match(givenTo(states.closed, 8, now), { status: 'assigned', assignedTo: 8, assignedAt: now, closedAt: null });
  t.same(givenTo(states.assigned, 7, now), {}, 'who has it has it');
  t.match(handedBack(states.assigned, now), { status: 'open', assignedTo: null, queuedAt: now });
  t.same(handedBack(states.open, now), {});
  t.same(handedBack(states.resolved, now), { assignedTo: null, assignedAt: null }, 'what is over stays over');
  t.match(archived(states.assigned, 9, now), { status: 'closed', closedAt: now, closedBy: 9, archivedAt: now });
  t.same(archived(states.archived, 9, now), {});
});

t.test('what a message changes in its room', async (t) => {
  const waiting = room({ needsReplySince: 50 });
  t.same(
    afterMessage(waiting, 'user', 5, now, true),
    { snoozedUntil: null, needsReplySince: 50 },
    'the oldest wait stands',
  );
  t.match(afterMessage(states.resolved, 'user', 5, now, true), { status: 'open', resolvedAt: null, queuedAt: now });
  t.match(afterMessage(states.archived, 'user', 5, now, true), { status: 'open', archivedAt: null, closedAt: null });
  t.match(
    afterMessage(room({ status: 'closed', firstResponseAt: 9 }), 'user', 5, now, true),
    { firstResponseAt: null, needsReplySince: now },
    'a new wait for a first answer',
  );
  t.match(afterMessage(waiting, 'admin', 8, now, true), {
    status: 'assigned',
    assignedTo: 8,
    needsReplySince: null,
    firstResponseAt: now,
  });
  t.same(afterMessage(waiting, 'admin', 8, now, false), { needsReplySince: null, firstResponseAt: now });
  t.same(afterMessage(states.assigned, 'admin', 8, now, true), { needsReplySince: null }, 'somebody else has it');
  t.same(afterMessage(states.closed, 'admin', 8, now, true), { needsReplySince: null }, 'the team reopens nothing');
  t.same(afterMessage(room(), 'admin', 8, now, false), { needsReplySince: null }, 'an answer to nothing is no answer');
});

t.test('the policy', async (t) => {
  const person = (kind: PersonCaller['kind'], userId: number, role: Role, siteDomain: string | null): PersonCaller => ({
    kind,
    userId,
    name: '',
    avatar: null,
    role,
    siteDomain,
    isVerified: true,
    tokenId: 1,
    abilities: ['*'],
  });
  const key = (keyId: string): Caller => ({
    kind: 'api-key',
    keyId,
    name: '',
    siteDomain: 'shop.example',
    isPublishable: false,
    scopes: [],
  });
  const place = room({ siteDomain: 'shop.example', metadata: { apiKeyIds: ['k0', 'k1'] } });
  const actions: RoomAction[] = ['view', 'send', 'close', 'manage', 'take', 'assign', 'delete'];
  const all = 'view send close manage take assign delete';
  const team = 'view send close manage take assign';
  const table: [string, Caller, string, string][] = [
    ['the guest whose it is', person('guest', 5, 'user', 'shop.example'), 'owner', 'view send close'],
    ['the customer whose it is', person('user', 5, 'user', null), 'owner', 'view send close'],
    ['another customer', person('user', 6, 'user', null), 'stranger', ''],
    ['another guest', person('guest', 6, 'user', 'shop.example'), 'stranger', ''],
    ['its key', key('k1'), 'site-program', 'view send'],
    ['another key', key('k2'), 'stranger', ''],
    ['an agent of the site', person('agent', 7, 'agent', 'shop.example'), 'team', team],
    ['an agent of all sites', person('agent', 7, 'agent', null), 'team', team],
    ['an agent of another site', person('agent', 7, 'agent', 'other.example'), 'stranger', ''],
    ['that agent, as its visitor', person('agent', 5, 'agent', 'other.example'), 'owner', 'view send close'],
    ['a supervisor', person('agent', 8, 'supervisor', 'other.example'), 'team', team],
    ['an admin', person('agent', 9, 'admin', null), 'team', all],
    ['an admin in a room of their own', person('agent', 5, 'admin', null), 'team', all],
  ];
  const settings = { agentsAssignOthers: true };
  for (const [who, caller, standing, allowed] of table) {
    t.equal(standingOf(caller, place), standing, who);
    t.equal(actions.filter((action) => may(caller, action, place, settings)).join(' '), allowed, who);
  }
  const strict = { agentsAssignOthers: false };
  t.equal(may(person('agent', 7, 'agent', null), 'assign', place, strict), false);
  t.equal(may(person('agent', 8, 'supervisor', null), 'assign', place, strict), true);
  t.equal(may(person('agent', 7, 'agent', 'other.example'), 'view', room(), settings), true, 'of no site: everybody’s');
});

t.test('text', async (t) => {
  t.equal(textOf('message', '  привіт \n', 10), 'привіт');
  t.equal(textOf('message', 'a\0b', 10), 'ab');
  t.equal(textOf('message', 'a\ud83d', 10), 'a\ufffd', 'half a character');
  t.equal(textOf('message', '😀', 10), '😀');
  t.equal(textOf('message', '😀'.repeat(5000), 5000).length, 10_000, 'counted as people count');
  t.match(
    t.throws(() => textOf('message', 'я'.repeat(5001), 5000)),
    {
      kind: 'invalid',
      details: { fields: { message: ['The message field must not be greater than 5000 characters.'] } },
    },
  );
  t.equal(shortened('😀😀😀', 2), '😀😀');
  for (const wrong of [
    {},
    { text: '  ' },
    { text: '\0' },
    { text: 'x', type: 'system' },
    { text: 'x', type: 'html' },
    { text: 'x', attachmentIds: Array.from({ length: 21 }, (_, id) => String(id)) },
    { text: 'x', clientId: 'c'.repeat(65) },
  ]) {
    t.throws(() => checkedOutgoing(wrong, 1), Refusal, JSON.stringify(wrong).slice(0, 60));
  }
  t.equal(checkedOutgoing({ text: 'a' }, 1).payloadHash, checkedOutgoing({ text: ' a ' }, 1).payloadHash);
  t.not(checkedOutgoing({ text: 'a' }, 1).payloadHash, checkedOutgoing({ text: 'a' }, 2).payloadHash);
  t.same(checkedOutgoing({ text: 'a', mentions: [1] }, 1).mentions, [], 'only a note mentions');
});

t.test('canned replies are filled in', async (t) => {
  const values = { name: 'Олена', agent: '', site: 'shop.example' };
  for (const [text, expected] of [
    ['Вітаю, {{name}}!', 'Вітаю, Олена!'],
    ['{{ NAME }} {{agent|the team}} {{agent}}.', 'Олена the team .'],
    ['{{unknown}} {{constructor}} {{', '{{unknown}} {{constructor}} {{'],
    ['{{name|}} $& {{site}}', 'Олена $& shop.example'],
  ] as const) {
    t.equal(filledIn(text, values), expected);
  }
});

t.test('files: names, endings and places', async (t) => {
  for (const [name, expected] of [
    ['photo.png', 'photo.png'],
    ['../../etc/passwd', 'passwd'],
    ['C:\\fakepath\\звіт.pdf', 'звіт.pdf'],
    ['evil\u202egnp.exe', 'evilgnp.exe'],
    ['a\r\nSet-Cookie: x.txt', 'aSet-Cookie: x.txt'],
    ['', 'file'],
    ['..', 'file'],
    [`${'я'.repeat(400)}.docx`, `${'я'.repeat(150)}.docx`],
  ] as const) {
    t.equal(fileNameOf(name), expected);
  }
  for (const mime of ['text/html', 'image/svg+xml', 'application/xml', 'application/javascript', 'application/x-sh']) {
    t.equal(endingFor(mime), 'bin', mime);
    t.equal(isInline(mime), false, mime);
  }
  t.equal(isInline('image/png'), true);
  for (const path of ['2026/01/ab12.png', '2026/01/ab12.thumb.webp']) t.equal(isStoragePath(path), true, path);
  for (const path of ['../x', '/x', 'a//b', 'a/../b', '.env', 'a/.b', 'a b', 'A', 'a\0', 'a%2fb', '']) {
    t.equal(isStoragePath(path), false, path);
  }
});

t.test('who uploads too much waits', async (t) => {
  let at = now;
  const quota = new UploadQuota({ filesPerMinute: 2, bytesPerDay: 100 }, () => at);
  quota.begin('a');
  at += 10_000;
  quota.begin('a');
  t.match(
    t.throws(() => quota.begin('a')),
    { kind: 'too-many', details: { retryAfterSeconds: 50 } },
  );
  quota.begin('b');
  at += 50_000;
  quota.begin('a');
  quota.count('a', 100);
  at += 60_000;
  t.match(
    t.throws(() => quota.begin('a')),
    { kind: 'too-many' },
  );
  at += 24 * 60 * 60 * 1000;
  quota.begin('a');
});
