// Builds the server and the browser files into dist/. With --if-stale: only when that is not what dist/ was built from.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');
const SOURCES = [
  'server',
  'db',
  'client',
  'admin-ui',
  'prebuilds',
  'scripts',
  'package.json',
  'package-lock.json',
  'tsconfig.json',
];
/** What each run of Vite is for; see client/vite.config.ts. */
const BROWSER_BUILDS = [
  'production',
  ...['en', 'fr', 'ru', 'uk'].map((language) => `widget-app-${language}`),
  'widget',
  'component',
];
const TYPESCRIPT = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
const VITE = join(root, 'node_modules', 'vite', 'bin', 'vite.js');

/** A hash of all sources: of what is in them, since a checkout, a copy or an archive may give them any date. */
function fingerprint() {
  const hash = createHash('sha256');
  const add = (path) => {
    for (const entry of readdirSync(join(root, path), { withFileTypes: true })) {
      if (entry.isDirectory()) add(`${path}/${entry.name}`);
      else addFile(`${path}/${entry.name}`);
    }
  };
  const addFile = (path) =>
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  for (const source of SOURCES.filter((each) => existsSync(join(root, each)))) {
    if (source.includes('.')) addFile(source);
    else add(source);
  }
  return hash.digest('hex');
}

function isFresh(sources) {
  const stamp = join(dist, '.built');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === sources;
}

function run(program, ...args) {
  execFileSync(process.execPath, [program, ...args], { cwd: root, stdio: 'inherit' });
}

/** Beside dist/, which stays as it is unless all of it succeeds. */
function build(sources) {
  const workshop = mkdtempSync(join(root, '.build-'));
  const built = join(workshop, 'dist');
  try {
    run(TYPESCRIPT, '-p', 'scripts/tsconfig.server.json', '--outDir', built);
    cpSync(join(root, 'prebuilds'), join(built, 'prebuilds'), { recursive: true });
    for (const mode of BROWSER_BUILDS) {
      const where = ['--outDir', join(built, 'client'), '--config', 'client/vite.config.ts'];
      run(VITE, 'build', ...where, '--mode', mode, '--logLevel', 'warn');
    }
    const panel = ['--outDir', join(built, 'client', 'panel'), '--config', 'admin-ui/vite.config.ts'];
    run(VITE, 'build', ...panel, '--logLevel', 'warn');
    writeFileSync(join(built, '.built'), sources);
    if (existsSync(dist)) renameSync(dist, join(workshop, 'before'));
    renameSync(built, dist);
  } finally {
    rmSync(workshop, { recursive: true, force: true });
  }
}

const sources = fingerprint();
if (process.argv.includes('--if-stale') && isFresh(sources)) process.exit(0);
if (existsSync(dist) && !existsSync(TYPESCRIPT)) {
  console.warn(
    'The sources have changed since dist/ was built, and what builds it is not installed: starting what is there.',
  );
  process.exit(0);
}
console.log('Building…');
try {
  build(sources);
} catch (error) {
  // The compilers have said what is wrong.
  console.error(`The build failed${existsSync(dist) ? '; dist/ is as it was' : ''}. ${error.message}`);
  process.exit(1);
}
