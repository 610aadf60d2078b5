import { Readable } from 'node:stream';
import t from 'tap';
import type { Caller } from '../../server/identity/caller.ts';
import { Refusal } from '../../server/refusal.ts';
import type { Desk } from '../../server/support/desk.ts';
import { databaseFor, onEachEngine } from '../kit/database.ts';
import { apiKey, houseIn } from './house.ts';

interface Scene {
  desk: Desk;
  /** The room it is tried on, as the caller calls it. */
  ref: string;
  agentId: number;
  visitorId: number;
}

/**
 * Who may do it; to everybody else it must be refused. `assign`: those who may give rooms to others. `anywhere`: about no
 * room in particular.
 */
type Permitted = 'view' | 'close' | 'team' | 'assign' | 'admin' | 'team anywhere' | 'admin anywhere' | 'person';

const aDay = { from: '2026-01-01', to: '2026-01-01' };

const attempts: [string, Permitted, (scene: Scene, caller: Caller) => Promise<unknown>][] = [
  ['rooms.find', 'view', ({ desk, ref }, caller) => desk.rooms.find(caller, ref)],
  ['timelines.read', 'view', ({ desk, ref }, caller) => desk.timelines.read(caller, ref)],
  ['messages.send', 'view', ({ desk, ref }, caller) => desk.messages.send(caller, ref, { text: 'x' })],
  ['reading.markRead', 'view', ({ desk, ref }, caller) => desk.reading.markRead(caller, ref)],
  ['reading.markDelivered', 'view', ({ desk, ref }, caller) => desk.reading.markDelivered(caller, ref)],
  ['typing.set', 'view', ({ desk, ref }, caller) => desk.typing.set(caller, ref, true)],
  ['queue.placeOf', 'view', ({ desk, ref }, caller) => desk.queue.placeOf(caller, ref)],
  ['attachments.ofRoom', 'view', ({ desk, ref }, caller) => desk.attachments.ofRoom(caller, ref)],
  [
    'attachments.store',
    'view',
    ({ desk, ref }, caller) => desk.attachments.store(caller, { name: 'a', bytes: Readable.from(['x']), room: ref }),
  ],
  ['triage.close', 'close', ({ desk, ref }, caller) => desk.triage.close(caller, ref)],
  ['triage.reopen', 'close', ({ desk, ref }, caller) => desk.triage.reopen(caller, ref)],
  ['note', 'team', ({ desk, ref }, caller) => desk.messages.send(caller, ref, { text: 'x', isPrivate: true })],
  ['triage.resolve', 'team', ({ desk, ref }, caller) => desk.triage.resolve(caller, ref)],
  ['triage.setStatus', 'team', ({ desk, ref }, caller) => desk.triage.setStatus(caller, ref, 'open')],
  ['triage.setPriority', 'team', ({ desk, ref }, caller) => desk.triage.setPriority(caller, ref, 'high')],
  ['triage.setCategory', 'team', ({ desk, ref }, caller) => desk.triage.setCategory(caller, ref, 'x')],
  ['triage.setSubject', 'team', ({ desk, ref }, caller) => desk.triage.setSubject(caller, ref, 'x')],
  ['triage.snooze', 'team', ({ desk, ref }, caller) => desk.triage.snooze(caller, ref, 'reply')],
  ['triage.setLabels', 'team', ({ desk, ref }, caller) => desk.triage.setLabels(caller, ref, [])],
  ['triage.archive', 'team', ({ desk, ref }, caller) => desk.triage.archive(caller, ref)],
  ['triage.unarchive', 'team', ({ desk, ref }, caller) => desk.triage.unarchive(caller, ref)],
  ['reading.markUnread', 'team', ({ desk, ref }, caller) => desk.reading.markUnread(caller, ref)],
  ['assignment.take', 'team', ({ desk, ref }, caller) => desk.assignment.take(caller, ref)],
  ['feed.history', 'team', ({ desk, ref }, caller) => desk.feed.history(caller, ref)],
  ['visitors.block', 'team', ({ desk, ref }, caller) => desk.visitors.block(caller, ref)],
  ['visitors.unblock', 'team', ({ desk, ref }, caller) => desk.visitors.unblock(caller, ref)],
  ['assignment.assign', 'assign', ({ desk, ref, agentId }, caller) => desk.assignment.assign(caller, ref, agentId)],
  ['assignment.unassign', 'assign', ({ desk, ref }, caller) => desk.assignment.unassign(caller, ref)],
  ['rooms.list', 'team anywhere', ({ desk }, caller) => desk.rooms.list(caller, {})],
  ['sites.list', 'admin anywhere', ({ desk }, caller) => desk.sites.list(caller)],
  ['sites.setDefaults', 'admin anywhere', ({ desk }, caller) => desk.sites.setDefaults(caller, { look: {} })],
  ['sites.save', 'admin anywhere', ({ desk }, caller) => desk.sites.save(caller, 'shop.example', {})],
  ['reports.read', 'team anywhere', ({ desk }, caller) => desk.reports.read(caller, aDay)],
  ['bulk.run', 'team anywhere', ({ desk }, caller) => desk.bulk.run(caller, [1], { action: 'read' })],
  ['whereabouts.of', 'team', ({ desk, ref }, caller) => desk.whereabouts.of(caller, ref)],
  ['search.rooms', 'team anywhere', ({ desk }, caller) => desk.search.rooms(caller, 'word')],
  ['stats.read', 'team anywhere', ({ desk }, caller) => desk.stats.read(caller)],
  ['queue.waiting', 'team anywhere', ({ desk }, caller) => desk.queue.waiting(caller)],
  ['feed.changes', 'team anywhere', ({ desk }, caller) => desk.feed.changes(caller, null)],
  ['labels.list', 'team anywhere', ({ desk }, caller) => desk.labels.list(caller)],
  ['canned.list', 'team anywhere', ({ desk }, caller) => desk.canned.list(caller)],
  ['views.list', 'team anywhere', ({ desk }, caller) => desk.views.list(caller)],
  ['availabilities.team', 'team anywhere', ({ desk }, caller) => desk.availabilities.team(caller)],
  ['availabilities.set', 'team anywhere', ({ desk }, caller) => desk.availabilities.set(caller, 'online')],
  ['visitors.blocked', 'team anywhere', ({ desk }, caller) => desk.visitors.blocked(caller)],
  ['visitors.blockAddress', 'team anywhere', ({ desk }, caller) => desk.visitors.blockAddress(caller, '192.0.2.9')],
  ['visitors.unblockAddress', 'team anywhere', ({ desk }, caller) => desk.visitors.unblockAddress(caller, '192.0.2.9')],
  ['rooms.mine', 'person', ({ desk }, caller) => desk.rooms.mine(caller)],
  ['notices.list', 'person', ({ desk }, caller) => desk.notices.list(caller)],
  ['drafts.list', 'person', ({ desk }, caller) => desk.drafts.list(caller)],
  ['visitors.audit', 'admin anywhere', ({ desk }, caller) => desk.visitors.audit(caller)],
  ['visitors.export', 'admin anywhere', ({ desk, visitorId }, caller) => desk.visitors.export(caller, visitorId)],
  ['visitors.erase', 'admin anywhere', ({ desk, visitorId }, caller) => desk.visitors.erase(caller, visitorId)],
  ['rooms.remove', 'admin', ({ desk, ref }, caller) => desk.rooms.remove(caller, ref)],
];

const everything: Permitted[] = [
  'view',
  'close',
  'team',
  'assign',
  'admin',
  'team anywhere',
  'admin anywhere',
  'person',
];
const teamWork: Permitted[] = ['view', 'close', 'team', 'team anywhere', 'person'];

t.test('everything that can be asked of the desk, by everybody who might ask', { timeout: 280_000 }, (t) =>
  onEachEngine(t, async (t, engine) => {
    const database = await databaseFor(t, engine);
    const storage = { put: async () => {}, get: async () => null, remove: async () => {} };
    const house = await houseIn(t, database, {
      storage,
      policy: { agentsAssignOthers: false },
      quota: { filesPerMinute: 1000, bytesPerDay: 1e9 },
    });
    const { desk } = house;
    const site = { siteDomain: 'shop.example' };
    const owner = await house.visitor(site);
    const [colleague, chief] = [await house.agent(site), await house.agent({ role: 'supervisor' })];
    const callers: [string, Caller, Permitted[]][] = [
      ['the owner', owner, ['view', 'close', 'person']],
      ['another guest', await house.visitor(site), ['person']],
      ['another customer', await house.visitor({ isGuest: false, email: 'other@example.com' }), ['person']],
      ['the key of the room', apiKey('k1', 'shop.example'), ['view']],
      ['another key of the site', apiKey('k2', 'shop.example'), []],
      ['an agent of another site', await house.agent({ siteDomain: 'other.example' }), ['team anywhere', 'person']],
      ['an agent of the site', await house.agent(site), teamWork],
      ['an agent of all sites', await house.agent(), teamWork],
      ['a supervisor', await house.agent({ role: 'supervisor' }), [...teamWork, 'assign']],
      ['an admin', await house.agent({ isAdmin: true }), everything],
    ];
    for (const [who, caller, permitted] of callers) {
      const wrong: string[] = [];
      for (const [what, needs, attempt] of attempts) {
        const isAnywhere = needs === 'person' || needs.endsWith('anywhere');
        const visitor = needs === 'admin anywhere' ? await house.visitor(site) : owner;
        const { room } = (await desk.rooms.current(apiKey('k1', 'shop.example'), { visitorId: visitor.userId })).card;
        // In a colleague's hands where giving it away is at stake, and nobody's elsewhere.
        if (needs === 'assign') await desk.assignment.assign(chief, room.publicId, colleague.userId);
        else await desk.assignment.unassign(chief, room.publicId);
        const ref = caller.kind === 'api-key' ? room.uuid : String(room.publicId);
        const scene = { desk, ref, agentId: colleague.userId, visitorId: visitor.userId };
        const outcome = await attempt(scene, caller).then(
          () => 'done',
          (error) => {
            if (!(error instanceof Refusal)) throw error;
            return error.kind;
          },
        );
        // A key is not even told that there is such a room.
        const refusal = caller.kind === 'api-key' && !isAnywhere ? 'not-found' : 'forbidden';
        const expected = permitted.includes(needs) ? 'done' : refusal;
        if (outcome !== expected) wrong.push(`${what}: ${outcome}, not ${expected}`);
        if (what === 'visitors.block' && outcome === 'done') await desk.visitors.unblock(chief, room.publicId);
      }
      t.same(wrong, [], who);
    }
  }),
);
