import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import t from 'tap';

const PAGE = { 'index.html': '<!doctype html><title>x</title>' };
const VITE = `export default { root: import.meta.dirname, build: { emptyOutDir: false } };`;

t.test('npm run build', async (t) => {
  const root = t.testdir({
    server: { 'main.ts': "import { word } from '../db/word.ts';\n\nconsole.log(word);\n" },
    db: { 'word.ts': "export const word: string = 'one';\n" },
    client: { ...PAGE, 'vite.config.ts': VITE },
    'admin-ui': { ...PAGE, 'vite.config.ts': VITE },
    'package.json': '{"type":"module"}',
  });
  for (const path of ['scripts', 'prebuilds', 'tsconfig.json']) cpSync(path, join(root, path), { recursive: true });
  symlinkSync(resolve('node_modules'), join(root, 'node_modules'));
  const build = (...args: string[]) => {
    const { status, stdout, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', ...args], {
      cwd: root,
      encoding: 'utf8',
    });
    return { status, said: stdout + stderr };
  };
  const word = join(root, 'db', 'word.ts');
  const built = () => readFileSync(join(root, 'dist', 'db', 'word.js'), 'utf8');

  await t.test('a clean checkout is built whole', async (t) => {
    t.match(build('--if-stale'), { status: 0, said: /Building…/ });
    t.match(built(), /'one'/);
    t.ok(existsSync(join(root, 'dist', 'client', 'index.html')));
  });

  await t.test('what has not changed is not built again, whatever its date', async (t) => {
    utimesSync(word, new Date(), new Date());
    t.same(build('--if-stale'), { status: 0, said: '' });
  });

  await t.test('a build that fails leaves the last one as it was, and nothing beside it', async (t) => {
    writeFileSync(word, 'export const word: string = 2;\n');
    const longAgo = new Date(0);
    utimesSync(word, longAgo, longAgo);
    const { status, said } = build('--if-stale');
    t.equal(status, 1);
    t.match(said, /db\/word\.ts.*error TS2322/s);
    t.match(said, /The build failed; dist\/ is as it was\./);
    t.match(built(), /'one'/);
    t.same(
      readdirSync(root).filter((name) => name.startsWith('.build')),
      [],
    );
  });
});
