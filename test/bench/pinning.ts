import { type ChildProcess, type SpawnOptions, spawn, spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Server and load each have a core of their own, where there are two and `taskset` says which. */
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;
const running = new Set<ChildProcess>();

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a program that stays on one core and does not outlive this process. */
export function startOnCore(
  core: 0 | 1,
  program: string,
  args: readonly string[],
  options: SpawnOptions,
): ChildProcess {
  const child = canPin
    ? spawn('taskset', ['-c', String(core), program, ...args], options)
    : spawn(program, args, options);
  running.add(child);
  child.once('exit', () => running.delete(child));
  return child;
}
