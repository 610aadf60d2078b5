import t from 'tap';
import { addApiKey, allApiKeys, apiKeyByKey, removeApiKey, setApiKeyActive, touchApiKey } from '../../db/api-keys.ts';
import {
  abandonedAttachments,
  addAttachment,
  attachmentById,
  attachmentsByIds,
  attachmentsOfMessage,
  attachmentsOfRoom,
  attachToMessage,
  removeAttachments,
} from '../../db/attachments.ts';
import { addAuditEntry, auditLog } from '../../db/audit.ts';
import { addBlock, allBlocks, isBlocked, removeBlock } from '../../db/blocks.ts';
import {
  addCannedResponse,
  cannedResponseById,
  cannedResponsesFor,
  removeCannedResponse,
  updateCannedResponse,
} from '../../db/canned.ts';
import { draftOf, draftsOf, removeDraft, saveDraft } from '../../db/drafts.ts';
import { isDuplicate } from '../../db/errors.ts';
import {
  addLabel,
  allLabels,
  labelRoom,
  labelsOfRooms,
  removeLabel,
  unlabelRoom,
  updateLabel,
} from '../../db/labels.ts';
import {
  notificationsOf,
  notifyUsers,
  pruneNotifications,
  readNotifications,
  unreadNotifications,
} from '../../db/notifications.ts';
import { listRooms } from '../../db/room-lists.ts';
import { createRoom } from '../../db/rooms.ts';
import { addSavedView, removeSavedView, savedViewsOf } from '../../db/saved-views.ts';
import { allSettings, removeSetting, settingOf, writeSetting } from '../../db/settings.ts';
import { allSites, identitySecretOf, removeSite, saveSite, setIdentitySecret, siteByDomain } from '../../db/sites.ts';
import { clearTyping, setTyping, typingIn } from '../../db/typing.ts';
import {
  createUser,
  hasAnyAdmin,
  passwordHashOf,
  setEmail,
  setPasswordHash,
  teamMembers,
  touchLastSeen,
  updateUser,
  userByEmail,
  userByExternalId,
  userById,
  userByUuid,
  usersByIds,
} from '../../db/users.ts';
import { databaseFor, onEachEngine } from '../kit/database.ts';

const now = Date.UTC(2026, 0, 2, 10, 0, 0, 123);

t.test('people and the team’s tools', (t) =>
  onEachEngine(t, async (t, engine) => {
    const { db } = await databaseFor(t, engine);

    await t.test('users', async (t) => {
      t.equal(await hasAnyAdmin(db), false);
      const anna = await createUser(
        db,
        { name: 'Анна', email: 'anna@x.y', role: 'admin', isAdmin: true, metadata: { a: [1] } },
        now,
      );
      t.equal(await hasAnyAdmin(db), true);
      const boris = await createUser(db, { name: 'Борис', email: 'b@x.y', role: 'agent', siteDomain: 'shop' }, now);
      const guest = await createUser(
        db,
        { name: 'G', email: 'anna@x.y', isGuest: true, siteDomain: 'shop', externalId: '7' },
        now,
      );
      t.match(anna, { email: 'anna@x.y', role: 'admin', isAdmin: true, metadata: { a: [1] }, createdAt: now });
      t.match(guest, { email: 'anna@x.y', isGuest: true }, 'what a guest claims takes no account’s place');
      t.equal((await userByEmail(db, 'anna@x.y'))?.id, anna.id);
      t.equal((await userByUuid(db, boris.uuid))?.id, boris.id);
      t.equal((await userByExternalId(db, 'shop', '7'))?.id, guest.id);
      t.equal(await userByExternalId(db, 'other', '7'), undefined);
      t.same([...(await usersByIds(db, [anna.id, guest.id, anna.id, 99])).keys()].sort(), [anna.id, guest.id]);
      t.same(
        (await teamMembers(db)).map((user) => user.name),
        ['Анна', 'Борис'],
      );
      t.same(
        (await teamMembers(db, 'other')).map((user) => user.name),
        ['Анна'],
      );

      await updateUser(db, guest.id, { name: 'Ґалина', phone: '+380 50', verifiedAt: now, blockedAt: null }, now + 1);
      await setEmail(db, guest, 'g@x.y', now);
      t.match(await userById(db, guest.id), { name: 'Ґалина', phone: '+380 50', email: 'g@x.y', verifiedAt: now });
      t.ok(isDuplicate(await setEmail(db, boris, 'anna@x.y', now).catch((error) => error), 'email'));
      t.equal(await passwordHashOf(db, boris.id), '');
      await setPasswordHash(db, boris.id, 'hash', now);
      t.equal(await passwordHashOf(db, boris.id), 'hash');
      t.notMatch(JSON.stringify(await userById(db, boris.id)), 'hash', 'the hash travels alone');
      await touchLastSeen(db, boris.id, now);
      await touchLastSeen(db, boris.id, now + 59_000);
      t.equal((await userById(db, boris.id))?.lastSeenAt, now, 'once a minute');
      await touchLastSeen(db, boris.id, now + 61_000);
      t.equal((await userById(db, boris.id))?.lastSeenAt, now + 61_000);
    });

    await t.test('labels', async (t) => {
      const room = await createRoom(db, { userId: 1, now, siteDomain: null, channel: 'api' });
      const vip = await addLabel(db, { name: 'VIP', color: '#f00' }, now);
      const late = await addLabel(db, { name: 'пізно', color: '#00f' }, now);
      t.ok(isDuplicate(await addLabel(db, { name: 'VIP', color: '' }, now).catch((error) => error), 'name'));
      t.equal(await labelRoom(db, room.id, vip.id, now), true);
      t.equal(await labelRoom(db, room.id, vip.id, now), false);
      await labelRoom(db, room.id, late.id, now);
      await updateLabel(db, late.id, { color: '#0ff' });
      t.same((await labelsOfRooms(db, [room.id])).get(room.id), [vip, { ...late, color: '#0ff' }]);
      t.same(
        (await listRooms(db, { labelId: vip.id }, { limit: 5 })).map(({ id }) => id),
        [room.id],
      );
      t.equal(await unlabelRoom(db, room.id, late.id), true);
      t.equal(await unlabelRoom(db, room.id, late.id), false);
      await removeLabel(db, vip.id);
      t.equal((await labelsOfRooms(db, [room.id])).size, 0);
      t.equal((await allLabels(db)).length, 1);
    });

    await t.test('canned replies, saved views, drafts', async (t) => {
      const all = await addCannedResponse(
        db,
        { shortCode: 'hi', text: 'Вітаю, {{name}}!', siteDomain: null, userId: null },
        now,
      );
      await addCannedResponse(db, { shortCode: 'a', text: 'x', siteDomain: 'shop', userId: null }, now);
      await addCannedResponse(db, { shortCode: 'mine', text: 'x', siteDomain: null, userId: 2 }, now);
      const codes = async (userId: number, site: string | null) =>
        (await cannedResponsesFor(db, userId, site)).map(({ shortCode }) => shortCode);
      t.same(await codes(1, null), ['a', 'hi']);
      t.same(await codes(2, 'shop'), ['a', 'hi', 'mine']);
      t.same(await codes(2, 'other'), ['hi', 'mine']);
      await updateCannedResponse(db, all.id, { text: 'Привіт' }, now);
      t.match(await cannedResponseById(db, all.id), { shortCode: 'hi', text: 'Привіт' });
      await removeCannedResponse(db, all.id);
      t.equal(await cannedResponseById(db, all.id), undefined);

      const view = await addSavedView(db, { userId: 1, name: 'Мої', query: { status: 'open' }, position: 2 }, now);
      t.same(await savedViewsOf(db, 1), [view]);
      t.equal(await removeSavedView(db, 2, view.id), false, 'not another’s');
      t.equal(await removeSavedView(db, 1, view.id), true);

      const draft = { userId: 1, roomId: 1, text: 'почав', attachments: ['a'], isPrivate: false };
      await saveDraft(db, draft, now);
      await saveDraft(db, { ...draft, text: 'почав і', isPrivate: true, attachments: [] }, now + 5);
      t.same(await draftOf(db, 1, 1), {
        ...draft,
        text: 'почав і',
        isPrivate: true,
        attachments: [],
        updatedAt: now + 5,
      });
      t.equal((await draftsOf(db, 1)).length, 1);
      await removeDraft(db, 1, 1);
      t.equal(await draftOf(db, 1, 1), undefined);
    });

    await t.test('notifications', async (t) => {
      await notifyUsers(db, [], { type: 'x', data: {} }, now);
      await notifyUsers(db, [1, 2], { type: 'chat_message', data: { chat_room_id: 5 } }, now);
      await notifyUsers(db, [1], { type: 'chat_message', data: { chat_room_id: 6 } }, now + 1);
      const [newest, oldest] = await notificationsOf(db, 1, { beforeId: null, limit: 10 });
      t.match(newest, { type: 'chat_message', data: { chat_room_id: 6 }, readAt: null, createdAt: now + 1 });
      t.same(await notificationsOf(db, 1, { beforeId: newest?.id ?? '', limit: 10 }), [oldest]);
      t.equal(await unreadNotifications(db, 1), 2);
      t.equal(await readNotifications(db, 2, newest?.id ?? '', now), 0, 'not another’s');
      t.equal(await readNotifications(db, 1, newest?.id ?? '', now), 1);
      t.same(await notificationsOf(db, 1, { beforeId: null, limit: 10, isUnread: true }), [oldest]);
      t.equal(await readNotifications(db, 1, null, now), 1);
      await pruneNotifications(db, now + 1);
      t.equal((await notificationsOf(db, 1, { beforeId: null, limit: 10 })).length, 1);
    });

    await t.test('files', async (t) => {
      const file = {
        roomId: null,
        uploaderId: 1,
        diskPath: 'a/b',
        thumbnailPath: null,
        originalName: 'фото.png',
        mime: 'image/png',
        sizeBytes: 10,
        sha256: 'f'.repeat(64),
        width: 2,
        height: 3,
      };
      const [a, b] = [
        await addAttachment(db, file, now),
        await addAttachment(db, { ...file, diskPath: 'a/c' }, now + 1),
      ];
      t.same(await attachmentById(db, a.id), a);
      const message = { id: 9, roomId: 1, userId: 1 };
      t.equal(await attachToMessage(db, [a.id, b.id], { ...message, userId: 2 }), 0, 'not another’s');
      t.equal(await attachToMessage(db, [a.id], message), 1);
      t.equal(await attachToMessage(db, [a.id], { ...message, id: 10 }), 0, 'not twice');
      t.match(await attachmentsOfMessage(db, 9), [{ id: a.id, roomId: 1, state: 'attached' }]);
      t.match(await attachmentsOfRoom(db, 1, null, 5), [{ id: a.id }]);
      t.match(await abandonedAttachments(db, now + 2, 5), [{ id: b.id }]);
      await removeAttachments(db, [b.id]);
      t.same(
        (await attachmentsByIds(db, [a.id, b.id])).map(({ id }) => id),
        [a.id],
      );
    });

    await t.test('settings, sites, blocks, audit, API keys, typing', async (t) => {
      t.equal(await settingOf(db, 'a'), null);
      await writeSetting(db, 'a', { x: 1 }, now);
      await writeSetting(db, 'a', ['ї'], now);
      t.same(await settingOf(db, 'a'), ['ї']);
      t.same(await allSettings(db), new Map([['a', ['ї']]]));
      t.same([await removeSetting(db, 'a'), await removeSetting(db, 'a')], [true, false]);

      const site = { name: null, allowedOrigins: ['https://shop'], look: { color: '#112233' }, hours: null };
      await saveSite(db, 'shop', site, now);
      await setIdentitySecret(db, 'shop', 'k', now);
      await saveSite(db, 'shop', { name: 'Крамниця' }, now);
      const kept = { domain: 'shop', ...site, name: 'Крамниця', hasIdentitySecret: true };
      t.same(await siteByDomain(db, 'shop'), kept, 'what is not given stays');
      t.equal(await identitySecretOf(db, 'shop'), 'k', 'the secret outlives a change of the rest');
      t.equal(await identitySecretOf(db, 'none'), null);
      t.equal((await allSites(db)).length, 1);
      t.same([await removeSite(db, 'shop'), await removeSite(db, 'shop')], [true, false]);

      const ip = { kind: 'ip' as const, value: '1.2.3.4' };
      await addBlock(db, { ...ip, reason: 'spam', blockedBy: 1, until: now + 10 }, now);
      t.equal(await isBlocked(db, [{ kind: 'user', value: '1' }, ip], now), true);
      t.equal(await isBlocked(db, [ip], now + 10), false);
      await addBlock(db, { ...ip, reason: null, blockedBy: 1, until: null }, now);
      t.equal(await isBlocked(db, [ip], now + 10), true);
      t.equal(await isBlocked(db, [{ kind: 'user', value: '1.2.3.4' }], now), false);
      t.equal((await allBlocks(db)).length, 1);
      t.same(
        [await removeBlock(db, 'ip', ip.value), await isBlocked(db, [ip], now), await isBlocked(db, [], now)],
        [true, false, false],
      );

      for (const n of [1, 2, 3])
        await addAuditEntry(
          db,
          { actorId: n % 2, action: 'room.assign', target: 'room:1', ip: '::1', diff: { n } },
          now,
        );
      t.same(
        (await auditLog(db, { target: 'room:1' }, null, 2)).map((entry) => entry.diff),
        [{ n: 3 }, { n: 2 }],
      );
      t.equal((await auditLog(db, { actorId: 1 }, 3, 5)).length, 1);

      const key = await addApiKey(
        db,
        {
          key: 'pk',
          secretHash: null,
          name: 'site',
          kind: 'publishable',
          allowedOrigins: ['https://a'],
          scopes: [],
          siteDomain: 'a',
          ratePerMinute: 5,
        },
        now,
      );
      t.same(await apiKeyByKey(db, 'pk'), key);
      await touchApiKey(db, key.id, now);
      t.equal(await setApiKeyActive(db, key.id, false, now), true);
      t.match(await allApiKeys(db), [{ isActive: false, lastUsedAt: now }]);
      t.same([await removeApiKey(db, key.id), await removeApiKey(db, key.id)], [true, false]);

      await setTyping(db, 1, 1, now + 5, now);
      await setTyping(db, 1, 1, now + 9, now);
      t.same(await typingIn(db, 1, now + 6), [1]);
      t.same(await typingIn(db, 1, now + 9), []);
      await clearTyping(db, 1, 1);
      t.same(await typingIn(db, 1, now), []);
    });
  }),
);
