import t, { type Test } from 'tap';
import { lacksNginx, startSiteWith } from '../deploy/nginx.ts';
import { ask, folderFor, register } from '../kit/desk.ts';
import { eventually } from '../kit/ear.ts';
import { siteOf } from './node.ts';
import { SmallDisk, WallClock } from './surroundings.ts';
import { survive } from './survive.ts';

const start = siteOf(t);

/** Without what it needs, a test is skipped and says why, or fails where all must run. */
function lacks(t: Test, what: string): void {
  if (process.env.REQUIRE_ALL === '1') t.fail(what);
  else t.pass(what, { skip: what });
}

t.test('the disk is full', async (t) => {
  const [data, files] = [SmallDisk.of(t, 8), SmallDisk.of(t, 2)];
  if (!data || !files) return lacks(t, 'no file system can be mounted');
  const node = await start({ DATABASE_URL: `sqlite:${data.folder}/desk.sqlite`, STORAGE_PATH: files.folder });
  const desk = { ask: (method: string, path: string, asking = {}) => ask(node.base, method, path, asking) };
  const customer = await register(desk, 'Іван');
  const { room } = (await desk.ask('GET', '/api/chat/room', { as: customer })).json;
  const upload = async () => {
    const form = new FormData();
    form.append('chat_room_id', String(room.id));
    form.append('file', new Blob(['a'.repeat(100_000)], { type: 'text/plain' }), 'notes.txt');
    return desk.ask('POST', '/api/chat/upload', { as: customer, body: form });
  };

  await survive(t, 'under the database', {
    bases: [node.base],
    forMs: 1000,
    begin: () => data.fill(),
    end: () => data.empty(),
  });

  await t.test('under the files', async (t) => {
    t.ok((await upload()).status < 300);
    files.fill();
    const refused = await upload();
    t.ok(refused.status >= 500, `it is told: ${refused.status}`);
    t.match(refused.json, { message: String }, 'in the words of this door');
    t.notMatch(refused.text, files.folder, 'without what is nobody’s business');
    files.empty();
    t.ok((await upload()).status < 300, 'and goes on when there is room');
  });
});

t.test('the clock on the wall', async (t) => {
  const clock = WallClock.of(t);
  if (!clock) return lacks(t, 'libfaketime is not installed');
  const node = await start({ DATABASE_URL: `sqlite:${folderFor(t)}/desk.sqlite`, ...clock.env });
  for (const [name, hours] of [
    ['jumps an hour ahead', 1],
    ['jumps two hours back', -1],
  ] as const) {
    await survive(t, name, {
      bases: [node.base],
      forMs: 1500,
      begin: () => clock.turn(hours),
      end: () => {},
      isServed: true,
    });
  }
});

t.test('in front of it', async (t) => {
  const skip = lacksNginx(process.env);
  if (skip) return lacks(t, skip);
  const node = await start({ DATABASE_URL: `sqlite:${folderFor(t)}/desk.sqlite` });
  const nginx = await startSiteWith(
    t,
    `location ~ ^/(app|api)/ {
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $http_connection;
      proxy_pass ${node.base};
    }`,
  );
  await survive(t, 'kill -9 of nginx', {
    bases: [`http://127.0.0.1:${nginx.httpPort}`],
    forMs: 500,
    begin: () => nginx.kill(),
    end: () => nginx.start(),
  });
});

t.test('a process on each core', async (t) => {
  const node = await start({ DATABASE_URL: `sqlite:${folderFor(t)}/desk.sqlite`, ANTIPHON_WORKERS: '2' });
  await eventually('both workers', () => node.workers.length === 2);
  const [victim] = node.workers as [number];
  await survive(t, 'kill -9 of a worker', {
    bases: [node.base, node.base],
    forMs: 500,
    begin: () => void process.kill(victim, 'SIGKILL'),
    end: async () => {
      await eventually('another in its seat', () => node.workers.length === 2 && !node.workers.includes(victim));
    },
    isServed: true,
  });
});
