import { spawnSync } from 'node:child_process';
import { availableParallelism } from 'node:os';

/** Server and load each have a core of their own, where there are two and `taskset` says which. */
const canPin = availableParallelism() > 1 && spawnSync('taskset', ['-V']).status === 0;

/** A command line that stays on one core. */
export function onCore(core: 0 | 1, command: string, args: readonly string[]): [command: string, args: string[]] {
  return canPin ? ['taskset', ['-c', String(core), command, ...args]] : [command, [...args]];
}
