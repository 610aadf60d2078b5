import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import t, { type Test } from 'tap';
import { eventually } from '../kit/ear.ts';
import { freePort } from '../kit/free-port.ts';
import { compile, Running } from '../kit/process.ts';
import { openSocket, type TestSocket } from '../kit/socket.ts';
import { lacksSupervisor, startSupervisor } from './supervisor.ts';

const SERVER_IS_RESTARTING = { code: 4100, message: 'Server is restarting' };

/** An installation as supervisor.conf expects it: `dist` and a `.env` beside it. */
async function install(t: Test): Promise<{ folder: string; port: number }> {
  const port = await freePort();
  const folder = t.testdir({});
  symlinkSync(dirname(dirname(compile(t))), join(folder, 'dist'));
  const env = {
    REVERB_APP_ID: '1',
    REVERB_APP_KEY: 'the-key',
    REVERB_APP_SECRET: 'the-secret',
    REVERB_SERVER_HOST: '127.0.0.1',
    REVERB_SERVER_PORT: String(port),
    CHAT_ENABLED: 'off',
  };
  writeFileSync(
    join(folder, '.env'),
    Object.entries(env)
      .map((pair) => `${pair.join('=')}\n`)
      .join(''),
  );
  return { folder, port };
}

t.test('our supervisor.conf', { skip: lacksSupervisor(process.env) }, async (t) => {
  const { folder, port } = await install(t);
  const supervisor = await startSupervisor(t, folder);
  const connected = (): Promise<TestSocket> =>
    eventually(
      'connection',
      async () => {
        const socket = openSocket(t, `ws://127.0.0.1:${port}/app/the-key`);
        await socket.until('greeting or end', () => socket.inbox.length > 0 || socket.closed);
        return socket.inbox.length > 0 && (await socket.nextEvent('pusher:connection_established')) && socket;
      },
      15_000,
    );
  const isSentAway = async (t: Test, socket: TestSocket) => {
    const { data } = await socket.nextEvent('pusher:error', 15_000);
    t.same(JSON.parse(data as string), SERVER_IS_RESTARTING);
    t.match(await socket.untilClosed(), { code: 4100 });
  };

  await t.test('starts the server, which may have as many sockets as it says', async (t) => {
    const pid = await supervisor.running();
    await connected();
    const [, soft] = /Max open files\s+(\d+)/.exec(readFileSync(`/proc/${pid}/limits`, 'utf8')) ?? [];
    t.ok(Number(soft) >= 10_000, `${soft} open files`);
    t.match(supervisor.output(), `Starting server on 127.0.0.1:${port}`);
    t.match(readFileSync(`/proc/${pid}/environ`, 'utf8'), 'NODE_ENV=production');
  });

  await t.test('brings it back when it is killed', async (t) => {
    const pid = await supervisor.running();
    const socket = await connected();
    process.kill(pid, 'SIGKILL');
    t.match(await socket.untilClosed(), { code: 1006 });
    t.not(await supervisor.running(pid), pid);
    await connected();
    t.match(supervisor.journal(), /exited: antiphon \(terminated by SIGKILL; not expected\)/);
  });

  await t.test('brings it back after `antiphon restart`, when it has let go of everybody', async (t) => {
    const pid = await supervisor.running();
    const socket = await connected();
    const restart = new Running(join(folder, 'dist', 'server', 'main.js'), ['restart'], folder, {});
    t.equal(await restart.exited, 0, restart.stdout + restart.stderr);
    await isSentAway(t, socket);
    t.not(await supervisor.running(pid), pid);
    await connected();
    t.match(supervisor.journal(), /exited: antiphon \(exit status 0; expected\)/);
  });

  await t.test('stops it in good order', async (t) => {
    await supervisor.running();
    const socket = await connected();
    const stopping = supervisor.control('stop', 'antiphon');
    await isSentAway(t, socket);
    t.match(await stopping, 'antiphon: stopped');
    t.match(await supervisor.control('status', 'antiphon'), 'STOPPED');
    t.match(supervisor.journal(), /stopped: antiphon \(exit status 0\)/);
  });
});
