import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const ROOT = join(import.meta.dirname, '..', '..');
const read = (name: string) => readFileSync(join(ROOT, name), 'utf8');
const START = 'node --enable-source-maps --use-largepages=silent --max-semi-space-size=4 dist/server/main.js start';

const supervisor = read('supervisor.conf');
const unit = read('deploy/antiphon.service');
const dockerfile = read('deploy/Dockerfile');

t.test('every way to run it runs the same command, which the package knows', async (t) => {
  const { bin, engines } = JSON.parse(read('package.json'));
  t.match(START, bin.antiphon);
  t.match(supervisor, `\ncommand=${START}\n`);
  t.match(unit, `\nExecStart=/usr/bin/env ${START}\n`);
  t.match(dockerfile, `\nCMD ${JSON.stringify(START.split(' ')).replaceAll(',', ', ')}\n`);
  const [, major] = /(\d+)/.exec(engines.node) ?? [];
  t.same(
    Array.from(dockerfile.matchAll(/^FROM node:(\d+)-/gm), ([, version]) => version),
    [major, major],
  );
});

t.test('each of them waits longer than the server may take to stop', async (t) => {
  for (const [file, pattern] of [
    [supervisor, /^stopwaitsecs=(\d+)$/m],
    [unit, /^TimeoutStopSec=(\d+)$/m],
    [dockerfile, /--stop-timeout (\d+) /],
  ] as const) {
    t.ok(Number(pattern.exec(file)?.[1]) >= 30);
  }
});

t.test('what the image is made of is there', async (t) => {
  const copied = Array.from(dockerfile.matchAll(/^COPY (?!--)(.*) \S+$/gm), ([, sources = '']) => sources.split(' '));
  t.same(copied.flat(), ['package.json', 'package-lock.json', '.']);
  for (const source of copied.flat()) t.ok(existsSync(join(ROOT, source)), source);
  const kept = Array.from(dockerfile.matchAll(/^COPY --from=build \/srv\/antiphon\/(\S+)/gm), ([, path]) => path);
  t.same(kept, ['package.json', 'node_modules', 'dist']);
  const ignored = read('deploy/Dockerfile.dockerignore').split('\n');
  for (const secret of ['.env', 'storage']) t.ok(ignored.includes(secret), `${secret} does not get into an image`);
});

/** Why there is no systemd to ask, or false. Under REQUIRE_ALL=1 that is a failure, not a reason. */
function lacksSystemd(env: Record<string, string | undefined>): string | false {
  if (spawnSync('systemd-analyze', ['--version']).error === undefined) return false;
  if (env.REQUIRE_ALL === '1') throw new Error('systemd-analyze is not installed');
  return 'systemd-analyze is not installed';
}

t.test('systemd understands the unit', { skip: lacksSystemd(process.env) }, async (t) => {
  const file = join(ROOT, 'deploy', 'antiphon.service');
  const { status, stdout, stderr } = spawnSync('systemd-analyze', ['verify', file], { encoding: 'utf8' });
  t.equal(status, 0, stderr);
  t.notMatch(stdout + stderr, 'antiphon.service');
});
