import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Test } from 'tap';
import ts from 'typescript';
import type { Environment } from '../../server/config.ts';
import { eventually } from './ear.ts';

const ROOT = join(import.meta.dirname, '..', '..');

/** The server as `npm run build` makes it, without the check of its types. Returns the file to run. */
export function compile(t: Test): string {
  const folder = t.testdir({});
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile);
  // File by file, nobody looks up that these are ES modules.
  const alone = { module: 'ESNext', moduleResolution: 'bundler', sourceMap: false };
  const { options } = ts.convertCompilerOptionsFromJson({ ...config.compilerOptions, ...alone }, ROOT);
  for (const room of ['server', 'db']) {
    for (const file of readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      const target = join(folder, room, file.replace(/\.ts$/, '.js'));
      mkdirSync(dirname(target), { recursive: true });
      const source = readFileSync(join(ROOT, room, file), 'utf8');
      writeFileSync(target, ts.transpileModule(source, { compilerOptions: options, fileName: file }).outputText);
    }
  }
  cpSync(join(ROOT, 'prebuilds'), join(folder, 'prebuilds'), { recursive: true });
  return join(folder, 'server', 'main.js');
}

/** A process that a test started, and all it said. Killed when the test ends. */
export class Running {
  readonly process: ChildProcess;
  stdout = '';
  stderr = '';
  readonly exited: Promise<number | string>;
  #hasExited = false;

  constructor(file: string, args: readonly string[], folder: string, env: Environment) {
    this.process = spawn(process.execPath, [file, ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.process.stdout?.on('data', (chunk) => {
      this.stdout += chunk;
    });
    this.process.stderr?.on('data', (chunk) => {
      this.stderr += chunk;
    });
    this.exited = new Promise((resolve) => {
      this.process.on('close', (code, signal) => {
        this.#hasExited = true;
        resolve(code ?? signal ?? 'unknown');
      });
    });
  }

  /** Waits until it has said this, and returns what of it the pattern's first group matched. */
  async says(pattern: RegExp): Promise<string> {
    const look = () => {
      const match = pattern.exec(this.stdout) ?? pattern.exec(this.stderr);
      if (!match && this.#hasExited) throw new Error(`it ended without ${pattern}:\n${this.stdout}${this.stderr}`);
      return match && [match[1] ?? ''];
    };
    const found = await eventually(`${pattern}`, look, 60_000).catch((error: Error) => {
      throw new Error(`${error.message}; it said:\n${this.stdout}${this.stderr}`);
    });
    return found[0] as string;
  }
}

export interface CommandLine {
  /** Starts it and does not wait. */
  run(args: readonly string[], folder: string, env?: Environment): Running;
  /** Waits for its end. */
  finish(args: readonly string[], folder: string, env?: Environment): Promise<Finished>;
}

export interface Finished {
  code: number | string;
  stdout: string;
  stderr: string;
}

/** A command line whose processes know nothing of this machine's settings. */
export function commandLine(t: Test): CommandLine {
  const file = compile(t);
  const running = new Set<Running>();
  t.teardown(() => {
    for (const { process } of running) process.kill('SIGKILL');
  });
  const run: CommandLine['run'] = (args, folder, env = {}) => {
    const started = new Running(file, args, folder, { PATH: process.env.PATH, HOME: folder, ...env });
    running.add(started);
    return started;
  };
  return {
    run,
    async finish(args, folder, env) {
      const started = run(args, folder, env);
      const code = await started.exited;
      return { code, stdout: started.stdout, stderr: started.stderr };
    },
  };
}
