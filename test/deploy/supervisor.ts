import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { eventually } from '../kit/ear.ts';

const CONF = join(import.meta.dirname, '..', '..', 'supervisor.conf');

/** Why there is no supervisord here, or false. Under REQUIRE_ALL=1 that is a failure, not a reason. */
export function lacksSupervisor(env: Record<string, string | undefined>): string | false {
  if (spawnSync('supervisord', ['-v']).error === undefined) return false;
  if (env.REQUIRE_ALL === '1') throw new Error('supervisord is not installed');
  return 'supervisord is not installed';
}

export interface Supervisor {
  /** `supervisorctl …`: what it said. */
  control(...command: string[]): Promise<string>;
  /** Waits until the program has been running long enough to count as started, and returns its process id. */
  running(otherThan?: number): Promise<number>;
  /** Its journal so far. */
  journal(): string;
  /** What the program has printed so far. */
  output(): string;
}

/** supervisord with our supervisor.conf as it is, but for the folder, the user, and where logs go. */
export async function startSupervisor(t: Test, directory: string): Promise<Supervisor> {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-supervisor-'));
  const path = (name: string) => join(folder, name);
  const program = replaced(readFileSync(CONF, 'utf8'), {
    'directory=/srv/antiphon': `directory=${directory}`,
    'user=www-data': `user=${userInfo().username}`,
    '/var/log/supervisor/': `${folder}/`,
  });
  writeFileSync(path('antiphon.conf'), program);
  writeFileSync(
    path('supervisord.conf'),
    `[supervisord]
nodaemon=true
user=${userInfo().username}
minfds=10000
logfile=${path('journal')}
pidfile=${path('pid')}
childlogdir=${folder}
[unix_http_server]
file=${path('socket')}
[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface
[supervisorctl]
serverurl=unix://${path('socket')}
[include]
files=${path('antiphon.conf')}
`,
  );
  const supervisord = spawn('supervisord', ['-c', path('supervisord.conf')], { stdio: 'ignore' });
  t.teardown(async () => {
    supervisord.kill('SIGTERM');
    if (supervisord.exitCode === null) await once(supervisord, 'exit');
    rmSync(folder, { recursive: true, force: true });
  });
  const read = (name: string) => {
    try {
      return readFileSync(path(name), 'utf8');
    } catch {
      return '';
    }
  };
  // A state other than RUNNING makes it exit with another code than 0, and still say which.
  const control = (...command: string[]) =>
    new Promise<string>((resolve) => {
      execFile('supervisorctl', ['-c', path('supervisord.conf'), ...command], (_error, stdout) => resolve(stdout));
    });
  return {
    control,
    async running(otherThan) {
      const look = async () => {
        const pid = Number(/RUNNING\s+pid (\d+)/.exec(await control('status', 'antiphon'))?.[1]);
        return pid > 0 && pid !== otherThan && pid;
      };
      return eventually('running program', look, 30_000).catch((error: Error) => {
        throw new Error(`${error.message}; journal:\n${read('journal')}${read('antiphon.json.log')}`);
      });
    },
    journal: () => read('journal'),
    output: () => read('antiphon.log'),
  };
}

function replaced(text: string, changes: Record<string, string>): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    if (!changed.includes(from)) throw new Error(`supervisor.conf has no "${from}" any more`);
    return changed.replaceAll(from, to);
  }, text);
}
