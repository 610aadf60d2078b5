import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import t, { type Test } from 'tap';
import { emptyDatabaseUrl, onEachEngine } from '../kit/database.ts';
import { type Asking, ask, folderFor, register } from '../kit/desk.ts';
import { eventually } from '../kit/ear.ts';
import { freePort } from '../kit/free-port.ts';

const run = promisify(execFile);
const fileOf = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));
const KILLS = 10;
const MESSAGES_BETWEEN_KILLS = 8;
const SENDERS = 4;

interface Command {
  child: ChildProcess;
  said: () => string;
}

/** The server compiled from its sources as they stand, once: it is started a score of times. */
const built = t.testdir();
await run(process.execPath, [
  fileOf('node_modules/typescript/bin/tsc'),
  ...['--project', fileOf('scripts/tsconfig.server.json'), '--noCheck', '--outDir', built],
]);

/** The command line as users run it. */
function antiphon(t: Test, args: string[], env: Record<string, string>): Command {
  // By way of `env -i`: else the test runner starts its own instruments in every child, too.
  const settings = Object.entries({ PATH: process.env.PATH, ...env }).map(([name, value]) => `${name}=${value}`);
  const command = [process.execPath, join(built, 'server/main.js'), ...args];
  const child = spawn('env', ['-i', ...settings, ...command], { cwd: folderFor(t), stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => (said += chunk));
  t.teardown(() => child.kill('SIGKILL'));
  return { child, said: () => said };
}

t.test('killed under load, again and again', async (t) => {
  await onEachEngine(t, async (t, engine) => {
    const port = await freePort();
    const env = {
      DATABASE_URL: await emptyDatabaseUrl(t, engine),
      STORAGE_PATH: folderFor(t),
      REVERB_APP_ID: '1',
      REVERB_APP_KEY: 'key',
      REVERB_APP_SECRET: 'secret',
      REVERB_SERVER_HOST: '127.0.0.1',
      REVERB_SERVER_PORT: String(port),
      ANTIPHON_DEMO: 'off',
      ARGON_MEMORY: '1024',
      LOG_LEVEL: 'error',
      CHAT_SENDS_PER_MINUTE: '0',
      CHAT_ACCOUNTS_PER_MINUTE: '0',
    };
    const base = `http://127.0.0.1:${port}`;
    const desk = { ask: (method: string, path: string, asking?: Asking) => ask(base, method, path, asking) };
    const start = async () => {
      const server = antiphon(t, ['start'], env);
      await eventually(
        'server',
        () => {
          if (server.child.exitCode !== null) throw new Error(server.said());
          return server.said().includes('Starting server');
        },
        30_000,
      );
      return server;
    };

    let server = await start();
    const customer = await register(desk, 'Іван');
    const room = (await desk.ask('GET', '/api/chat/room', { as: customer })).json.room.id;
    const path = `/api/chat/room/${room}/messages`;

    /** What was answered 201 or 200, by the name its sender gave it. */
    const stored = new Map<string, number>();
    let isOver = false;
    let sentSinceKill = 0;
    const sender = async (name: number) => {
      for (let each = 0; !isOver; each += 1) {
        const clientId = `${name}-${each}`;
        // Until it is answered, as a client does that was cut off.
        while (!stored.has(clientId)) {
          const body = { message: `${name}/${each}`, client_id: clientId };
          const answer = await desk.ask('POST', path, { as: customer, body }).catch(() => null);
          if (answer && (answer.status === 201 || answer.status === 200)) {
            stored.set(clientId, answer.json.seq);
            sentSinceKill += 1;
          } else if (isOver) return;
          else await new Promise((resolve) => setTimeout(resolve, 100));
        }
      }
    };
    const senders = Array.from({ length: SENDERS }, (_, name) => sender(name));
    for (let kill = 0; kill < KILLS; kill += 1) {
      sentSinceKill = 0;
      await eventually('messages', () => sentSinceKill >= MESSAGES_BETWEEN_KILLS, 30_000);
      server.child.kill('SIGKILL');
      await once(server.child, 'exit');
      server = await start();
    }
    isOver = true;
    await Promise.all(senders);

    const all: { seq: number; client_id: string }[] = [];
    for (let last = 0; ; ) {
      const { json } = await desk.ask('GET', `${path}?after_seq=${last}&limit=200`, { as: customer });
      all.push(...json.data);
      if (!json.meta.has_more) break;
      last = json.data.at(-1).seq;
    }
    t.same(
      all.map(({ seq }) => seq),
      all.map((_, index) => index + 1),
      `${all.length} messages without a gap`,
    );
    const seqByName = new Map(all.map(({ client_id: name, seq }) => [name, seq]));
    t.equal(seqByName.size, all.length, 'none is there twice');
    const lost = [...stored].filter(([name, seq]) => seqByName.get(name) !== seq);
    t.same(lost, [], `all ${stored.size} that were answered are there, where the answer said`);
    server.child.kill('SIGTERM');
    await once(server.child, 'exit');
  });
});

t.test('the command line', async (t) => {
  const env = {
    DATABASE_URL: await emptyDatabaseUrl(t, 'sqlite'),
    REVERB_APP_ID: '1',
    REVERB_APP_KEY: 'k',
    REVERB_APP_SECRET: 's',
    ARGON_MEMORY: '1024',
  };
  const command = async (...args: string[]) => {
    const { child, said } = antiphon(t, args, env);
    const [code] = await once(child, 'close');
    return { code, said: said() };
  };
  const admin = ['user:create', '--email', 'a@example.com', '--password', 'long enough', '--name', 'Ада', '--admin'];
  t.match(await command('migrate'), { code: 0, said: /Applied: 0001/ });
  t.match(await command(...admin), { code: 0, said: /Admin a@example.com/ });
  t.match(await command(...admin), { code: 1, said: /already been taken/ });
  env.DATABASE_URL = 'sqlite:/proc/x/y';
  t.match(
    await command('migrate'),
    { code: 1, said: /folder of the database cannot be made: ENOENT/ },
    'and does not hang',
  );
});
