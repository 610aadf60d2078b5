import { request as httpRequest } from 'node:http';
import t, { type Test } from 'tap';
import { emptyDatabaseUrl } from '../kit/database.ts';
import { becomeAdmin, type Person, type RunningDesk, register, startDesk } from '../kit/desk.ts';

/** What bad clients and bad people send, and that it is answered as a refusal, never as a fault. */

async function scene(t: Test, env: Record<string, string> = {}) {
  const desk = await startDesk(t, await emptyDatabaseUrl(t, 'sqlite'), env);
  const admin = await becomeAdmin(desk);
  const customer = await register(desk, 'Іван');
  const room: number = (await desk.ask('GET', '/api/chat/room', { as: customer })).json.room.id;
  const messages = `/api/chat/room/${room}/messages`;
  const send = (body: unknown, headers: Record<string, string> = {}) =>
    desk.ask('POST', messages, { as: customer, body, headers });
  return { desk, admin, customer, room, messages, send };
}

t.test('rooms that are not there', async (t) => {
  const { desk, customer, admin } = await scene(t);
  const refs = [
    '1',
    '0',
    '-1',
    '1.5',
    '1e3',
    '9007199254740993',
    '99999999999999999999',
    'abc',
    '%00',
    '%2e%2e',
    'null',
    'NaN',
    "1'--",
    '０',
    'x'.repeat(900),
  ];
  for (const as of [customer, admin]) {
    for (const ref of refs) {
      for (const path of [`/api/chat/room/${ref}`, `/api/chat/room/${ref}/messages`, `/api/admin/chat/rooms/${ref}`]) {
        const { status, json } = await desk.ask('GET', path, { as });
        const isRefused = status === 404 || (status === 403 && path.includes('admin') && as === customer);
        t.ok(isRefused && typeof json.message === 'string', `${path} → ${status}`);
      }
    }
  }
  for (const path of [
    '/api',
    '/api/',
    '/api/chat',
    '/api/nothing',
    '/api/api/api/chat/room',
    '/api/chat/room/1/nothing',
  ]) {
    const { status, json } = await desk.ask('GET', path, { as: customer });
    t.equal(status, 404, path);
    t.type(json.message, 'string');
  }
});

t.test('what a message may be', async (t) => {
  const { desk, customer, send, messages } = await scene(t);

  const TAKEN: [what: string, sent: string, kept: string][] = [
    ['5,000 characters', 'я'.repeat(5000), 'я'.repeat(5000)],
    ['5,000 emoji', '😀'.repeat(5000), '😀'.repeat(5000)],
    ['a family', '👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦'],
    ['right to left', 'שלום \u202eevil\u202c', 'שלום \u202eevil\u202c'],
    ['NUL', 'a\0b', 'ab'],
    ['half an emoji', 'a\ud83d', 'a\ufffd'],
    ['markup', '<img src=x onerror=alert(1)>', '<img src=x onerror=alert(1)>'],
    ['SQL', "'; drop table users; --", "'; drop table users; --"],
    ['spaces around', '  привіт \n', 'привіт'],
    ['lines', 'a\n\nb', 'a\n\nb'],
    ['digits', '0', '0'],
  ];
  for (const [what, sent, kept] of TAKEN) {
    const { status, json } = await send({ message: sent });
    t.equal(status, 201, what);
    t.equal(json.message, kept, what);
  }

  const REFUSED: [what: string, body: unknown, field: string][] = [
    ['nothing', {}, 'message'],
    ['null', { message: null }, 'message'],
    ['no text', { message: '' }, 'message'],
    ['spaces', { message: ' \n\t ' }, 'message'],
    ['NUL only', { message: '\0' }, 'message'],
    ['5,001 characters', { message: 'я'.repeat(5001) }, 'message'],
    ['a number', { message: 5 }, 'message'],
    ['a list', { message: ['x'] }, 'message'],
    ['an object', { message: { x: 1 } }, 'message'],
    ['true', { message: true }, 'message'],
    ['a system line', { message: 'x', type: 'system' }, 'type'],
    ['a made-up type', { message: 'x', type: 'video' }, 'type'],
    ['somebody’s file', { message: 'x', attachment_ids: ['01a1fde4-9ba9-77d0-93a5-dd5b163114b4'] }, 'attachments'],
    ['a reply to nothing', { message: 'x', reply_to_id: 999_999 }, 'reply_to_id'],
    ['a reply to text', { message: 'x', reply_to_id: 'x' }, 'reply_to_id'],
    ['a reply to a fraction', { message: 'x', reply_to_id: 1.5 }, 'reply_to_id'],
    ['a reply to a huge number', { message: 'x', reply_to_id: 1e300 }, 'reply_to_id'],
    ['a long client_id', { message: 'x', client_id: 'x'.repeat(65) }, 'client_id'],
  ];
  for (const [what, body, field] of REFUSED) {
    const { status, json } = await send(body);
    t.equal(status, 422, `${what}: ${JSON.stringify(json)}`);
    t.ok(json.errors?.[field]?.[0], `${what} is said of ${field}`);
    t.equal(json.message, json.errors?.[field]?.[0]);
  }

  const BODIES: [what: string, body: string, type: string, statuses: number[]][] = [
    ['no JSON', '{"message":', 'application/json', [400]],
    ['a list', '[]', 'application/json', [422]],
    ['a text', '"x"', 'application/json', [422]],
    ['null', 'null', 'application/json', [422]],
    ['nothing', '', 'application/json', [422]],
    ['a prototype', '{"__proto__":{"message":"x"}}', 'application/json', [400]],
    ['a type nobody reads', '<message/>', 'application/xml', [415]],
    ['2 MB', `{"message":"${'x'.repeat(2_000_000)}"}`, 'application/json', [413]],
  ];
  for (const [what, body, type, statuses] of BODIES) {
    const { status, json } = await send(body, { 'content-type': type });
    t.ok(statuses.includes(status), `${what} → ${status}`);
    t.type(json.message, 'string', what);
  }
  const twice = await send('{"message":"a","message":"b"}', { 'content-type': 'application/json' });
  t.equal(twice.json.message, 'b', 'of two keys the last');
  const form = await send('message=%D1%8F&is_private=off', { 'content-type': 'application/x-www-form-urlencoded' });
  t.equal(form.json.message, 'я');

  const { json } = await desk.ask('GET', `${messages}?per_page=100`, { as: customer });
  t.equal(json.total, TAKEN.length + 2, 'what was refused is not there');
});

t.test('numbers of pages, places and limits', async (t) => {
  const { desk, customer, messages, send, admin } = await scene(t);
  for (let each = 1; each <= 5; each += 1) await send({ message: `${each}` });
  const read = async (query: string) => {
    const { status, json } = await desk.ask('GET', `${messages}?${query}`, { as: customer });
    t.equal(status, 200, query);
    return json.data.map((message: { message: string }) => message.message).join('');
  };
  t.equal(await read('page=abc'), '12345', 'Laravel takes it for the first');
  t.equal(await read('page=0'), '12345');
  t.equal(await read('page=-3'), '12345');
  t.equal(await read('page=99999999999999999999'), '12345');
  t.equal(await read('page=1000'), '');
  t.equal(await read('per_page=2&page=1'), '45');
  t.equal(await read('per_page=2&page=3'), '1');
  t.equal(await read('per_page=-1'), '5', 'at least one');
  t.equal(await read('per_page=100000'), '12345');
  t.equal(await read('after_seq=3'), '45');
  t.equal(await read('after_seq=9007199254740991'), '');
  t.equal(await read('after_seq=0&limit=2'), '12');
  t.equal(await read('before_seq=3'), '12');
  t.equal(await read('before_seq=0'), '');
  t.equal(await read('limit=1&before_seq=3'), '2');
  for (const query of ['after_seq=-1', 'after_seq=x', 'before_seq=1.5', 'order=random']) {
    const { status } = await desk.ask('GET', `${messages}?${query}`, { as: customer });
    t.equal(status, 422, query);
  }
  for (const query of ['status=nothing', 'priority=1', 'assigned_to=me', 'assigned_to=-1', 'assigned_to=1e99']) {
    const { status, json } = await desk.ask('GET', `/api/admin/chat/rooms?${query}`, { as: admin });
    t.equal(status, 422, query);
    t.ok(json.errors);
  }
  const list = (
    await desk.ask('GET', '/api/admin/chat/rooms?status=&priority=&assigned_to=&unread=&unassigned=no', { as: admin })
  ).json;
  t.equal(list.total, 1, 'empty filters filter nothing');
  for (const [yes, found] of [
    ['1', 1],
    ['TRUE', 1],
    ['On', 1],
    ['yes', 1],
    ['0', 1],
    ['off', 1],
  ] as const) {
    const { json } = await desk.ask('GET', `/api/admin/chat/rooms?unread=${yes}`, { as: admin });
    t.equal(json.total, found, `unread=${yes}`);
  }
  await desk.ask('POST', `${messages.replace('/messages', '')}/read`, { as: admin });
  for (const [yes, found] of [
    ['1', 0],
    ['TRUE', 0],
    ['On', 0],
    ['yes', 0],
    ['0', 1],
    ['off', 1],
    ['maybe', 1],
  ] as const) {
    const { json } = await desk.ask('GET', `/api/admin/chat/rooms?unread=${yes}`, { as: admin });
    t.equal(json.total, found, `unread=${yes}`);
  }
});

t.test('sent twice under one client_id', async (t) => {
  const { send, desk, customer, messages } = await scene(t);
  const body = { message: 'один раз', client_id: 'c-1' };
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(body)));
  t.same(answers.map(({ status }) => status).sort(), [200, 200, 200, 200, 200, 200, 200, 201]);
  t.equal(new Set(answers.map(({ json }) => json.id)).size, 1);
  const other = await send({ ...body, message: 'інше' });
  t.equal(other.status, 409);
  const byHeader = [
    await send({ message: 'x' }, { 'idempotency-key': 'k-1' }),
    await send({ message: 'x' }, { 'idempotency-key': 'k-1' }),
  ];
  t.same(
    byHeader.map(({ status }) => status),
    [201, 200],
  );
  t.equal((await desk.ask('GET', messages, { as: customer })).json.total, 2);
});

t.test('files', async (t) => {
  const { send, desk, customer, room, admin } = await scene(t);
  const megabytes = (count: number) => new Blob([new Uint8Array(count * 1024 * 1024)]);
  const formWith = (...files: [Blob, string][]) => {
    const form = new FormData();
    for (const [blob, name] of files) form.append('attachments[]', blob, name);
    return form;
  };

  const large = await send(formWith([megabytes(11), 'large.bin']));
  t.equal(large.status, 413);
  t.match(large.json.message, /10240 kilobytes/);
  t.equal((await send(formWith([megabytes(10), 'fits.bin']))).status, 201, '10 MB are not too much');
  t.equal((await send(formWith([new Blob([]), 'empty.txt']))).status, 422);
  const many = await send(
    formWith(...Array.from({ length: 1000 }, (_, index): [Blob, string] => [new Blob(['x']), `${index}.txt`])),
  );
  t.ok([413, 422].includes(many.status), `a thousand files → ${many.status}`);
  t.equal((await desk.ask('POST', '/api/chat/upload', { as: customer, body: new FormData() })).status, 422, 'no file');
  t.equal((await desk.ask('POST', '/api/chat/upload', { as: customer, body: { file: 'x' } })).status, 422, 'no form');

  const page = new Blob(['<!doctype html><script>alert(1)</script>'], { type: 'image/png' });
  const drawing = new Blob(['<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'], { type: 'image/svg+xml' });
  const names = [
    '../../etc/passwd',
    'a"; filename="b.html',
    'звіт\u202egnp.exe',
    'x'.repeat(300),
    '.htaccess',
    'a\r\nSet-Cookie: x=1',
  ];
  const sent = await send(
    formWith(
      [page, 'script.png'],
      [drawing, 'drawing.svg'],
      ...names.map((name): [Blob, string] => [new Blob(['x']), name]),
    ),
  );
  t.equal(sent.status, 201);
  for (const file of sent.json.attachments) {
    const response = await fetch(desk.httpUrl + file.url);
    t.equal(response.status, 200, file.name);
    t.equal(response.headers.get('content-type'), 'application/octet-stream');
    t.match(
      response.headers.get('content-disposition'),
      /^attachment; filename="[^"\\\r\n]*"; filename\*=UTF-8''[^'\s]*$/,
    );
    t.equal(response.headers.get('x-content-type-options'), 'nosniff');
    t.match(response.headers.get('content-security-policy'), /^sandbox/);
    t.equal(response.headers.get('set-cookie'), null);
    t.notMatch(file.url, /passwd|htaccess|\.html|\.svg|\.exe/, 'no name of theirs in its place');
    await response.body?.cancel();
  }
  const [file] = sent.json.attachments;
  const [path, query] = file.url.split('?');
  for (const place of [
    '/storage/chat-attachments/../../antiphon.sqlite',
    '/storage/chat-attachments/%2e%2e/%2e%2e/etc/passwd',
    '/storage/chat-attachments/',
    `${path}%00.png`,
  ]) {
    t.not(await rawStatus(desk, `${place}?${query}`), 200, place);
  }
  t.equal((await desk.ask('GET', `${path}?expires=1&signature=${query.split('signature=')[1]}`)).status, 403, 'over');
  t.equal((await desk.ask('GET', path, { as: admin })).status, 200, 'or by one’s own token');
  const stranger = await register(desk, 'Чужа');
  t.equal((await desk.ask('GET', path, { as: stranger })).status, 403);

  const upload = async (as: Person) => {
    const form = new FormData();
    form.append('file', new Blob(['0123456789']), 'a.txt');
    return (await desk.ask('POST', '/api/chat/upload', { as, body: form })).json;
  };
  const theirs = await upload(stranger);
  t.equal((await send({ attachment_ids: [theirs.id] })).status, 422, 'nobody sends another’s file');
  const own = await upload(customer);
  t.equal((await send({ attachment_ids: [own.id] })).status, 201);
  t.equal((await send({ attachment_ids: [own.id] })).status, 422, 'or the same one twice');

  const part = async (range: string) => {
    const response = await fetch(desk.httpUrl + own.url, { headers: { range } });
    return [response.status, await response.text(), response.headers.get('content-range')];
  };
  t.same(await part('bytes=2-4'), [206, '234', 'bytes 2-4/10']);
  t.same(await part('bytes=7-'), [206, '789', 'bytes 7-9/10']);
  t.same(await part('bytes=-2'), [206, '89', 'bytes 8-9/10']);
  t.same(await part('bytes=5-999'), [206, '56789', 'bytes 5-9/10']);
  t.same(await part('bytes=10-'), [416, '', 'bytes */10']);
  t.same(await part('lines=1-2'), [200, '0123456789', null]);
  const whole = await fetch(desk.httpUrl + own.url);
  const etag = whole.headers.get('etag') ?? '';
  t.equal((await fetch(desk.httpUrl + own.url, { headers: { 'if-none-match': etag } })).status, 304);

  const { json: message } = await send({ message: 'прибрати', attachment_ids: [(await upload(customer)).id] });
  await desk.ask('DELETE', `/api/chat/room/${room}/messages/${message.id}`, { as: customer });
  t.equal(
    (await fetch(desk.httpUrl + message.attachments[0].url)).status,
    404,
    'a deleted message takes its files along',
  );
});

t.test('accounts', async (t) => {
  const { desk } = await scene(t);
  const post = (path: string, body: object) => desk.ask('POST', `/api/auth/${path}`, { body });
  const good = { name: 'Анна', email: 'Anna@Example.com', password: 'long enough' };

  const REFUSED: [what: string, body: object, field: string, rule: string, limit?: number][] = [
    ['nothing', {}, 'name', 'required'],
    ['no address', { ...good, email: 'anna' }, 'email', 'email'],
    ['a list of addresses', { ...good, email: ['a@b.c'] }, 'email', 'string'],
    ['7 characters', { ...good, password: '1234567' }, 'password', 'min.string', 8],
    ['a number', { ...good, password: 12345678 }, 'password', 'string'],
    ['a name of 256', { ...good, name: 'x'.repeat(256) }, 'name', 'max.string', 255],
    ['a long phone', { ...good, phone: '1'.repeat(21) }, 'phone', 'max.string', 20],
  ];
  for (const [what, body, field, rule, limit] of REFUSED) {
    const { status, json } = await post('register', body);
    t.equal(status, 422, what);
    t.ok(json.errors[field], what);
    t.same(json.reasons[field], limit === undefined ? { rule } : { rule, limit }, what);
  }
  const made = await post('register', { ...good, is_admin: true, role: 'admin', id: 1 });
  t.equal(made.status, 201);
  t.match(made.json.user, { email: 'anna@example.com', is_admin: false, role: 'user' }, 'nobody promotes themselves');
  t.match((await post('register', good)).json, {
    errors: { email: ['The email has already been taken.'] },
    reasons: { email: { rule: 'unique' } },
  });

  const wrong = await post('login', { email: good.email, password: 'not this one' });
  const unknown = await post('login', { email: 'nobody@example.com', password: 'not this one' });
  t.equal(wrong.status, 422);
  t.ok(wrong.json.errors.email);
  t.same(unknown.json, wrong.json, 'nobody learns who has an account');
  const login = await post('login', { email: 'ANNA@example.com', password: good.password });
  t.equal(login.status, 200);
  t.match(login.json.token, /^\d+\|[A-Za-z0-9]{40}$/);
  t.notMatch(JSON.stringify(login.json), /argon2|password/);

  const me = (token: string) => desk.ask('GET', '/api/auth/me', { as: token });
  t.equal((await me(login.json.token)).json.id, made.json.user.id);
  const [id, plain] = login.json.token.split('|');
  for (const token of [
    plain.slice(1),
    `${Number(id) + 1}|${plain}`,
    `${id}|`,
    '|',
    `${id}|${plain}x`,
    `-1|${plain}`,
    'x'.repeat(4000),
  ]) {
    t.equal((await me(token)).status, 401, token.slice(0, 60));
  }
  t.equal((await me(plain)).status, 200, 'Sanctum also takes the plain part alone');
  t.equal((await desk.ask('GET', `/api/auth/me?token=${login.json.token}`)).status, 401, 'never from the address');
  t.same((await desk.ask('POST', '/api/auth/logout', { as: login.json.token })).json, {
    message: 'Logged out successfully',
  });
  t.equal((await me(login.json.token)).status, 401);
  t.equal((await me(made.json.token)).status, 200, 'the other session goes on');

  const setUp = await post('set-up', { ...good, email: 'second@example.com', token: desk.setUpToken });
  t.equal(setUp.status, 403, 'the set-up link works once');
});

/** As a client sends it that tidies no path. */
function rawStatus(desk: RunningDesk, path: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const request = httpRequest({ host: '127.0.0.1', port: desk.port, path }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on('error', reject).end();
  });
}
