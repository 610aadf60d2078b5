// Builds native/sender.c into prebuilds/<platform>-<architecture>/sender.node, which is checked in: nobody needs a compiler
// but who changes it. With --sanitize: for this machine only, under AddressSanitizer.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const headers = join(dirname(dirname(process.execPath)), 'include', 'node');
const COMPILERS = {
  'linux-x64': process.arch === 'x64' ? 'cc' : 'x86_64-linux-gnu-gcc',
  'linux-arm64': process.arch === 'arm64' ? 'cc' : 'aarch64-linux-gnu-gcc',
};
const here = `${process.platform}-${process.arch}`;
const built = [];
const isSanitized = process.argv.includes('--sanitize');

function has(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

if (!existsSync(join(headers, 'node_api.h'))) {
  console.error(`Node's headers are not in ${headers}.`);
  process.exit(1);
}
for (const [target, compiler] of Object.entries(COMPILERS)) {
  if (isSanitized && target !== here) continue;
  if (!has(compiler)) {
    console.warn(`${target}: left as it is, there is no ${compiler} here.`);
    if (target === here) process.exitCode = 1;
    continue;
  }
  const folder = join(root, 'prebuilds', target);
  mkdirSync(folder, { recursive: true });
  // Without a libc of its own it takes that of the process it is loaded into, whichever that is.
  const how = isSanitized ? ['-g', '-O1', '-fsanitize=address'] : ['-O2', '-s', '-nostdlib', '-fno-stack-protector'];
  execFileSync(
    compiler,
    [
      ...['-std=c11', '-Wall', '-Wextra', '-Werror', '-fPIC', '-shared', '-fvisibility=hidden', ...how],
      ...['-Wl,--build-id=none', `-I${headers}`, join('native', 'sender.c'), '-o', join(folder, 'sender.node')],
    ],
    { cwd: root, stdio: 'inherit' },
  );
  built.push(target);
  console.log(
    `${target}: built${isSanitized ? ' under AddressSanitizer; run it again without, before you commit' : ''}.`,
  );
}
// A test asks whether what is checked in was built from the source that is.
if (built.length === Object.keys(COMPILERS).length) {
  const source = createHash('sha256');
  for (const file of readdirSync(join(root, 'native')).sort()) source.update(readFileSync(join(root, 'native', file)));
  writeFileSync(join(root, 'prebuilds', 'source.sha256'), `${source.digest('hex')}\n`);
}
