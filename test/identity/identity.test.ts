import { createHmac } from 'node:crypto';
import bcrypt from 'bcryptjs';
import fc from 'fast-check';
import { SignJWT } from 'jose';
import t, { type Test } from 'tap';
import { setApiKeyActive } from '../../db/api-keys.ts';
import { appendMessage } from '../../db/message-append.ts';
import { messagesAfter } from '../../db/messages.ts';
import type { Engine } from '../../db/open.ts';
import { markRead, readMarksOf } from '../../db/reads.ts';
import { createRoom, roomById } from '../../db/rooms.ts';
import { saveSite, setIdentitySecret } from '../../db/sites.ts';
import { addToken, tokenById } from '../../db/tokens.ts';
import { createUser, passwordHashOf, updateUser, userById } from '../../db/users.ts';
import { accountsOf } from '../../server/identity/accounts.ts';
import { createApiKey, identifyApiKey } from '../../server/identity/api-keys.ts';
import {
  type Caller,
  isAdmin,
  isAgent,
  isGuest,
  isPerson,
  ranksAtLeast,
  roleOf,
  serves,
} from '../../server/identity/caller.ts';
import { guestsOf } from '../../server/identity/guests.ts';
import { bearerToken, identify } from '../../server/identity/identify.ts';
import { passwordsAt } from '../../server/identity/passwords.ts';
import { claimSetUp, prepareSetUp } from '../../server/identity/set-up.ts';
import { Throttle } from '../../server/identity/throttle.ts';
import { findToken, issueToken, ordinaryOwnerTypes, randomSecret, sha256 } from '../../server/identity/tokens.ts';
import { Checked } from '../../server/identity/validation.ts';
import { committing, type StoredEvent } from '../../server/outbox/commit.ts';
import { Refusal, type RefusalKind } from '../../server/refusal.ts';
import { databaseFor, onEachEngine } from '../kit/database.ts';

const passwords = passwordsAt({ memoryKiB: 1024, passes: 2, lanes: 1 });
const tokens = { ownerTypes: ordinaryOwnerTypes, lifetimeSeconds: 3600, guestLifetimeSeconds: 7200 };
const start = Date.UTC(2026, 0, 2, 10);

async function house(t: Test, engine: Engine, ownsDatabase = true) {
  const { db } = await databaseFor(t, engine);
  const clock = { now: start };
  const now = () => clock.now;
  const events: StoredEvent[] = [];
  const commit = committing({
    db,
    announce: (some) => void events.push(...some),
    reportFault: (fault) => t.error(fault),
    now,
  });
  const throttles = {
    account: new Throttle({ failures: 3, windowSeconds: 60, keys: 100 }),
    address: new Throttle({ failures: 5, windowSeconds: 60, keys: 100 }),
  };
  const accounts = accountsOf({ db, commit, passwords, tokens, throttles, ownsDatabase, now });
  const guests = guestsOf({ db, commit, tokens, identityMaxAgeSeconds: 600, now });
  const who = (shown: string) => identify(db, tokens, shown, clock.now);
  return { db, clock, commit, events, accounts, guests, who };
}

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const error = await promise.then(
    () => new Error('it was not refused'),
    (error) => error,
  );
  if (!(error instanceof Refusal)) throw error;
  return error;
}

async function refuses(t: Test, promise: Promise<unknown>, kind: RefusalKind, fields?: Record<string, string[]>) {
  const refusal = await refusalOf(promise);
  t.equal(refusal.kind, kind);
  if (fields) t.same(refusal.details.fields, fields);
}

t.test('callers', async (t) => {
  const person = (role: string, siteDomain: string | null): Caller => ({
    kind: role === 'user' ? 'user' : 'agent',
    userId: 1,
    name: 'A',
    avatar: null,
    role: roleOf({ isAdmin: false, role }),
    siteDomain,
    isVerified: true,
    tokenId: 1,
    abilities: ['*'],
  });
  const key: Caller = { kind: 'api-key', keyId: 'k', name: 'k', siteDomain: 'a', isPublishable: false, scopes: [] };
  t.equal(roleOf({ isAdmin: true, role: 'user' }), 'admin');
  t.equal(roleOf({ isAdmin: false, role: 'editor' }), 'user', 'another app’s roles are none of ours');
  const cases: [Caller, string | null, boolean][] = [
    [person('agent', null), 'a', true],
    [person('agent', 'a'), 'a', true],
    [person('agent', 'a'), 'b', false],
    [person('agent', 'a'), null, true],
    [person('supervisor', 'a'), 'b', true],
    [person('admin', 'a'), 'b', true],
    [person('user', null), 'a', false],
    [key, 'a', false],
  ];
  for (const [caller, site, expected] of cases)
    t.equal(serves(caller, site), expected, `${JSON.stringify(caller)} ${site}`);
  t.same(
    [isAgent(key), isPerson(key), isGuest(key), isAdmin(key), ranksAtLeast(key, 'user')],
    [false, false, false, false, false],
  );
  t.same([isAdmin(person('supervisor', null)), ranksAtLeast(person('supervisor', null), 'agent')], [false, true]);
});

t.test('passwords', async (t) => {
  const hash = await passwords.hash('пароль 😀');
  t.match(hash, /^\$argon2id\$/);
  t.same([await passwords.matches('пароль 😀', hash), await passwords.matches('пароль', hash)], [true, false]);
  for (const prefix of ['$2a$', '$2b$', '$2y$']) {
    const stored = bcrypt.hashSync('secret', 4).replace(/^\$2b\$/, prefix);
    t.same(
      [await passwords.matches('secret', stored), await passwords.matches('Secret', stored)],
      [true, false],
      prefix,
    );
    t.equal(passwords.isOutdated(stored), true);
  }
  for (const none of [null, '', 'plain', '$argon2id$broken', '$2y$broken'])
    t.equal(await passwords.matches('plain', none), false);
  t.equal(passwords.isOutdated(hash), false);
  t.equal(passwordsAt({ memoryKiB: 2048, passes: 2, lanes: 1 }).isOutdated(hash), true);
});

t.test('the throttle forgets what is over, keeps few, and admits again', async (t) => {
  const throttle = new Throttle({ failures: 2, windowSeconds: 10, keys: 50 });
  const isAdmitted = (key: string, now: number) => {
    try {
      throttle.admit(key, now);
      return true;
    } catch (error) {
      t.match(error, { kind: 'too-many', details: { retryAfterSeconds: Number } });
      return false;
    }
  };
  throttle.count('a', 0);
  t.equal(isAdmitted('a', 1), true);
  throttle.count('a', 1);
  t.equal(isAdmitted('a', 2), false);
  t.equal(isAdmitted('b', 2), true);
  throttle.forgive('a');
  t.equal(isAdmitted('a', 2), true);
  throttle.count('a', 3);
  t.equal(isAdmitted('a', 10_000), true, 'the window ends');
  for (let n = 0; n < 1000; n++) throttle.count(`k${n}`, 20_000);
  t.ok(throttle.size <= 50);
});

t.test('forms are checked in Laravel’s words', async (t) => {
  const cases: [unknown, string | null][] = [
    [undefined, 'The email field is required.'],
    ['  ', 'The email field is required.'],
    [7, 'The email field must be a string.'],
    ['a', 'The email field must be a valid email address.'],
    ['a@b@c', 'The email field must be a valid email address.'],
    ['a b@c.d', 'The email field must be a valid email address.'],
    ['.a@b.c', 'The email field must be a valid email address.'],
    [`${'a'.repeat(250)}@b.com`, 'The email field must not be greater than 255 characters.'],
    [' Иван@Почта.РФ ', null],
    ['a+b@localhost', null],
  ];
  for (const [email, message] of cases) {
    const checked = new Checked({ email });
    checked.email('email');
    const refusal = (() => {
      try {
        checked.done();
        return null;
      } catch (error) {
        return error as Refusal;
      }
    })();
    t.equal(refusal?.message ?? null, message, String(email));
    if (message) t.same(refusal?.details.fields, { email: [message] });
  }
  t.equal(new Checked({ password: ' 12 ' }).text('password', { most: 9, isSecret: true }), ' 12 ');
  fc.assert(
    fc.property(fc.anything(), (value) => {
      const checked = new Checked({ email: value, name: value });
      return typeof checked.email('email') === 'string' && typeof checked.text('name', { most: 5 }) === 'string';
    }),
  );
});

t.test('a secret is of letters and digits, each as likely', async (t) => {
  const secrets = Array.from({ length: 200 }, () => randomSecret(40));
  t.ok(secrets.every((secret) => /^[A-Za-z0-9]{40}$/.test(secret)));
  t.equal(new Set(secrets).size, 200);
  t.equal(new Set(secrets.join('')).size, 62);
  t.same(['Bearer 1|x', 'bearer  y ', 'Basic x', 'Bearer', '', undefined].map(bearerToken), [
    '1|x',
    'y',
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

t.test('identity', (t) =>
  onEachEngine(t, async (t, engine) => {
    await t.test('register, log in, log out', async (t) => {
      const { db, accounts, who, events, clock } = await house(t, engine);
      const form = { name: ' Олена ', email: 'Olena@Example.com', phone: '', password: 'long enough' };
      const { user, token } = await accounts.register(form);
      t.match(user, { name: 'Олена', email: 'olena@example.com', phone: null, isAdmin: false, role: 'user' });
      t.match(token, /^\d+\|[A-Za-z0-9]{40}$/);
      t.match(await passwordHashOf(db, user.id), /^\$argon2id/);
      t.match(events, [{ type: 'user.registered', actorId: user.id, data: { userId: user.id } }]);
      t.notMatch(JSON.stringify(events), /argon2|long enough/);
      t.match(await who(token), { kind: 'user', userId: user.id, isVerified: true, role: 'user', abilities: ['*'] });
      await refuses(t, accounts.register({ ...form, email: 'OLENA@example.com' }), 'invalid', {
        email: ['The email has already been taken.'],
      });
      await refuses(t, accounts.register({ password: '1234567' }), 'invalid', {
        name: ['The name field is required.'],
        email: ['The email field is required.'],
        password: ['The password field must be at least 8 characters.'],
      });
      const twice = await Promise.allSettled([1, 2].map(() => accounts.register({ ...form, email: 'same@x.y' })));
      t.same(twice.map(({ status }) => status).sort(), ['fulfilled', 'rejected'], 'two at once make one');

      const second = await accounts.login({ email: 'OLENA@example.com', password: 'long enough' }, '::1');
      t.equal(second.user.id, user.id);
      const caller = await who(second.token);
      if (!caller) throw new Error('not known');
      t.equal((await accounts.me(caller)).email, 'olena@example.com');
      await accounts.logout(caller);
      t.equal(await who(second.token), undefined);
      t.ok(await who(token), 'only the token that was shown');
      clock.now += 3_600_000;
      t.equal(await who(token), undefined, 'and it ends by itself');
    });

    await t.test('a wrong password and no account are one answer, and there are only so many', async (t) => {
      const { accounts, clock } = await house(t, engine);
      await accounts.register({ name: 'A', email: 'a@x.y', password: 'long enough' });
      const fields = { email: ['These credentials do not match our records.'] };
      const login = (email: string, password: string, address: string) => accounts.login({ email, password }, address);
      await refuses(t, login('a@x.y', 'long enougH', '1'), 'invalid', fields);
      await refuses(t, login('nobody@x.y', 'long enough', '1'), 'invalid', fields);
      await refuses(t, accounts.login({}, '1'), 'invalid', {
        email: ['The email field is required.'],
        password: ['The password field is required.'],
      });
      await login('a@x.y', 'long enough', '2');
      for (let n = 0; n < 3; n++) await refuses(t, login('a@x.y', 'wrong', `account ${n}`), 'invalid');
      const tooMany = await refusalOf(login('A@x.y', 'long enough', 'yet another'));
      t.match(tooMany, { kind: 'too-many', message: 'Too Many Attempts.', details: { retryAfterSeconds: 60 } });
      clock.now += 60_000;
      await login('a@x.y', 'long enough', 'yet another');
      for (let n = 0; n < 5; n++) await refuses(t, login(`n${n}@x.y`, 'wrong', 'one address'), 'invalid');
      await refuses(t, login('a@x.y', 'long enough', 'one address'), 'too-many');
      clock.now += 60_000;
      const many = await Promise.all(Array.from({ length: 20 }, () => refusalOf(login('a@x.y', 'wrong', 'x'))));
      t.equal(many.filter(({ kind }) => kind === 'invalid').length, 3, 'those at once are counted too');
    });

    await t.test('bcrypt becomes argon2id only where nobody else reads it', async (t) => {
      for (const ownsDatabase of [true, false]) {
        const { db, accounts } = await house(t, engine, ownsDatabase);
        const user = await createUser(
          db,
          { name: 'L', email: 'l@x.y', passwordHash: bcrypt.hashSync('long enough', 4).replace('$2b$', '$2y$') },
          start,
        );
        await accounts.login({ email: 'l@x.y', password: 'long enough' }, '1');
        t.match(await passwordHashOf(db, user.id), ownsDatabase ? /^\$argon2id/ : /^\$2y\$/);
        await accounts.login({ email: 'l@x.y', password: 'long enough' }, '1');
      }
    });

    await t.test('tokens as Sanctum keeps them', async (t) => {
      const { db, clock, who } = await house(t, engine);
      const user = await createUser(db, { name: 'A', email: 'a@x.y', role: 'agent', siteDomain: 'shop' }, start);
      const shown = await issueToken(db, tokens, { userId: user.id, name: 'test', abilities: ['chat'] }, start);
      const [id, plain] = shown.split('|') as [string, string];
      t.match(await tokenById(db, Number(id)), {
        hash: sha256(plain),
        ownerType: 'App\\Models\\User',
        abilities: ['chat'],
        lastUsedAt: null,
      });
      t.match(await who(shown), { kind: 'agent', role: 'agent', siteDomain: 'shop', tokenId: Number(id) });
      t.match(await who(plain), { tokenId: Number(id) });
      for (const wrong of [
        `${Number(id) + 1}|${plain}`,
        `${id}|x`,
        `${id}|`,
        '|',
        '',
        `-${id}|${plain}`,
        `1e0|x`,
        `${'9'.repeat(30)}|${plain}`,
        sha256(plain),
        `${id}|${sha256(plain)}`,
      ]) {
        t.equal(await who(wrong), undefined, wrong);
      }
      const usedAt = async () => (await tokenById(db, Number(id)))?.lastUsedAt;
      t.equal(await usedAt(), start);
      clock.now += 59_000;
      await who(shown);
      t.equal(await usedAt(), start, 'written once a minute');
      clock.now += 2_000;
      await who(shown);
      t.equal(await usedAt(), start + 61_000);
      const robot = await addToken(
        db,
        {
          ownerType: 'App\\Models\\Robot',
          ownerId: user.id,
          name: 'r',
          hash: sha256('r'),
          abilities: [],
          expiresAt: null,
        },
        start,
      );
      t.equal(await findToken(db, tokens, `${robot}|r`, start), undefined, 'another model’s number is not ours');
      await updateUser(db, user.id, { blockedAt: start }, start);
      t.equal(await who(shown), undefined, 'the blocked are nobody');
    });

    await t.test('the first admin comes by a link that works once', async (t) => {
      const { db, commit, accounts } = await house(t, engine);
      const parts = { db, commit, passwords, accounts };
      const outdated = (await prepareSetUp(parts, start)) ?? '';
      const token = (await prepareSetUp(parts, start)) ?? '';
      const form = { token, name: 'Адмін', email: 'admin@x.y', password: 'long enough' };
      await refuses(t, claimSetUp(parts, { ...form, token: outdated }), 'forbidden');
      await refuses(t, claimSetUp(parts, { ...form, password: 'x' }), 'invalid');
      const claims = await Promise.allSettled([
        claimSetUp(parts, form),
        claimSetUp(parts, { ...form, email: 'other@x.y' }),
      ]);
      t.same(claims.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
      await refuses(t, claimSetUp(parts, { ...form, email: 'third@x.y' }), 'forbidden');
      t.equal(await prepareSetUp(parts, start), undefined, 'no link where there is an admin');
      t.match(await accounts.create({ name: 'S', email: 's@x.y', password: 'long enough' }, 'supervisor'), {
        role: 'supervisor',
        isAdmin: false,
      });
      await refuses(t, accounts.create({ name: 'S', email: 's@x.y', password: 'long enough' }, 'agent'), 'invalid');
    });

    await t.test('a guest has a token and a row, goes on with them, and becomes who signs in', async (t) => {
      const { db, guests, accounts, who, clock } = await house(t, engine);
      const opened = await guests.openSession({ email: 'me@x.y', phone: '+380' }, 'shop');
      t.match(opened, {
        user: { name: 'Guest', email: 'me@x.y', isGuest: true, siteDomain: 'shop' },
        isVerified: false,
      });
      const guest = await who(opened.token ?? '');
      if (!guest) throw new Error('not known');
      t.match(guest, { kind: 'guest', isVerified: false, abilities: ['chat'] });
      const again = await guests.openSession({ name: 'Іван', email: 'other@x.y' }, 'shop', guest);
      t.match(
        again,
        { user: { id: guest.userId, name: 'Іван', email: 'me@x.y' }, token: null },
        'what was missing is filled in',
      );
      await refuses(t, accounts.login({ email: 'me@x.y', password: 'x' }, '1'), 'invalid');
      await refuses(t, guests.openSession({ email: 'no' }, 'shop'), 'invalid');

      const room = await createRoom(db, {
        userId: guest.userId,
        now: start,
        siteDomain: 'shop',
        channel: 'widget',
        openKey: 'k',
      });
      await appendMessage(db, { roomId: room.id, userId: guest.userId, text: 'x', now: start, isAdmin: false });
      await markRead(db, room.id, guest.userId, 1, start);
      await addToken(
        db,
        {
          ownerType: 'App\\Models\\Robot',
          ownerId: guest.userId,
          name: 'r',
          hash: sha256('r'),
          abilities: [],
          expiresAt: null,
        },
        start,
      );
      const { user } = await accounts.register({ name: 'Іван', email: 'me@x.y', password: 'long enough' }, guest);
      t.match(await roomById(db, room.id), { userId: user.id, openKey: null });
      t.match(await messagesAfter(db, room.id, 'team', 0, 5), [{ userId: user.id }]);
      t.match(await readMarksOf(db, room.id), [{ userId: user.id, lastReadSeq: 1 }]);
      t.match(await who(opened.token ?? ''), { kind: 'user', userId: user.id }, 'the widget’s token is the user’s now');
      t.match(await userById(db, guest.userId), { mergedInto: user.id });
      const robot = await db
        .selectFrom('personal_access_tokens')
        .select('tokenable_id')
        .where('name', '=', 'r')
        .executeTakeFirst();
      t.equal(robot?.tokenable_id, guest.userId, 'another model’s token is left alone');
      clock.now += 7_200_000;
      t.equal(await who(opened.token ?? ''), undefined);
    });

    await t.test(
      'who the site vouches for is that person, on every device; a proof that fails is refused',
      async (t) => {
        const { db, guests, who, clock } = await house(t, engine);
        await saveSite(db, 'shop', {}, start);
        const secret = 'site secret';
        const hmac = (text: string, key = secret) => createHmac('sha256', key).update(text).digest('hex');
        const jwt = (claims: Record<string, unknown>, options: { key?: string; alg?: string; at?: number } = {}) =>
          new SignJWT(claims)
            .setProtectedHeader({ alg: options.alg ?? 'HS256' })
            .setIssuedAt(Math.floor((options.at ?? clock.now) / 1000))
            .sign(
              new TextEncoder().encode(
                (options.key ?? secret).padEnd(64, options.alg === 'HS512' ? 'x' : '').trimEnd(),
              ),
            );

        await refuses(t, guests.openSession({ user_id: '7', user_hash: hmac('7') }, 'shop'), 'forbidden');
        await setIdentitySecret(db, 'shop', secret, start);
        const anonymous = await guests.openSession({}, 'shop');
        const shown = await who(anonymous.token ?? '');
        const room = await createRoom(db, {
          userId: anonymous.user.id,
          now: start,
          siteDomain: 'shop',
          channel: 'widget',
        });
        const first = await guests.openSession(
          { user_id: '7', user_hash: hmac('7'), name: 'Іван', email: 'boss@x.y' },
          'shop',
          shown,
        );
        t.match(first, { isVerified: true, user: { externalId: '7', name: 'Іван', verifiedAt: start, isGuest: true } });
        t.match(await who(first.token ?? ''), { kind: 'guest', isVerified: true });
        t.match(await roomById(db, room.id), { userId: first.user.id }, 'what was said before is theirs');
        const elsewhere = await guests.openSession(
          { identity_token: await jwt({ sub: 7, name: 'Іван П.', email: 'I@X.Y' }) },
          'shop',
        );
        t.match(elsewhere, { isVerified: true, user: { id: first.user.id, name: 'Іван П.', email: 'i@x.y' } });
        t.match(await guests.openSession({ email: 'a@x.y', user_hash: hmac('a@x.y') }, 'shop'), {
          user: { externalId: 'email:a@x.y', email: 'a@x.y' },
        });
        t.match(
          await guests.openSession({ user_id: '7' }, 'shop'),
          { isVerified: false, user: { externalId: null } },
          'saying it proves nothing',
        );
        const both = await Promise.all(
          [1, 2].map(() => guests.openSession({ user_id: '8', user_hash: hmac('8') }, 'shop')),
        );
        t.equal(both[0]?.user.id, both[1]?.user.id, 'two tabs at once are one person');
        t.not(
          (await guests.openSession({ user_id: '8', user_hash: hmac('8') }, 'shop', await who(first.token ?? ''))).user
            .id,
          first.user.id,
        );
        t.equal((await userById(db, first.user.id))?.mergedInto, null, 'one verified person never becomes another');

        const noProofs: Record<string, unknown>[] = [
          { user_id: '7', user_hash: hmac('8') },
          { user_id: '7', user_hash: hmac('7', 'another secret') },
          { user_id: '7', user_hash: 'zz' },
          { user_hash: hmac('') },
          { identity_token: 'x.y.z' },
          { identity_token: await jwt({ sub: '7' }, { key: 'another secret' }) },
          { identity_token: await jwt({ sub: '7' }, { alg: 'HS512' }) },
          { identity_token: await jwt({ sub: '7' }, { at: clock.now - 700_000 }) },
          { identity_token: await jwt({ name: 'nobody' }) },
          {
            identity_token: `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from('{"sub":"7"}').toString('base64url')}.`,
          },
        ];
        for (const form of noProofs) await refuses(t, guests.openSession(form, 'shop'), 'forbidden');
        await refuses(t, guests.openSession({ user_id: '7', user_hash: hmac('7') }, 'other'), 'forbidden');
      },
    );

    await t.test('API keys', async (t) => {
      const { db } = await house(t, engine);
      const wanted = {
        name: 'k',
        siteDomain: 'shop',
        allowedOrigins: ['https://shop'],
        scopes: ['chat'],
        ratePerMinute: null,
      };
      const server = await createApiKey(db, { ...wanted, kind: 'server' }, start);
      const page = await createApiKey(db, { ...wanted, kind: 'publishable' }, start);
      t.equal(page.secret, null);
      t.notMatch(JSON.stringify(server.apiKey), server.secret, 'the secret is not kept');
      const show = (key: string, secret?: string, origin?: string) =>
        identifyApiKey(db, { key, secret, origin }, start);
      t.match(await show(server.apiKey.key, server.secret ?? ''), {
        kind: 'api-key',
        siteDomain: 'shop',
        isPublishable: false,
        scopes: ['chat'],
      });
      t.match(await show(page.apiKey.key, undefined, 'https://shop'), { isPublishable: true });
      t.equal(await show(server.apiKey.key), undefined);
      t.equal(await show(server.apiKey.key, 'x', 'https://shop'), undefined);
      t.equal(await show(server.apiKey.key, server.apiKey.secretHash ?? ''), undefined);
      t.equal(await show(page.apiKey.key, undefined, 'https://evil'), undefined);
      t.equal(await show(page.apiKey.key), undefined);
      t.equal(await show('none', 'x'), undefined);
      await setApiKeyActive(db, server.apiKey.id, false, start);
      t.equal(await show(server.apiKey.key, server.secret ?? ''), undefined);
    });
  }),
);
