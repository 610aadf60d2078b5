import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

let workshop: string | undefined;

/** Compiles one of the C programs of `reference/` for this run. @returns the file to run; @throws Error with what `cc` said */
export function compileC(name: 'load' | 'send-loop'): string {
  if (workshop === undefined) {
    const folder = mkdtempSync(join(tmpdir(), 'antiphon-bench-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    workshop = folder;
  }
  const source = fileURLToPath(new URL(`reference/${name}.c`, import.meta.url));
  const program = join(workshop, name);
  const { status, stderr, error } = spawnSync('cc', ['-O2', '-Wall', '-Wextra', '-o', program, source]);
  if (status !== 0) throw new Error(`cc could not compile ${source}: ${error?.message ?? stderr}`);
  return program;
}

export function hasCompiler(): boolean {
  return spawnSync('cc', ['--version']).status === 0;
}
