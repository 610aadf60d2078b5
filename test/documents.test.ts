import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const TAG = /\[[PQ]-[A-Z0-9]+\]/g;
const read = (file: string) => readFileSync(file, 'utf8');
const sources = ['server', 'db', 'client', 'admin-ui']
  .filter((folder) => existsSync(folder))
  .flatMap((folder) => readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((file) => join(folder, file)))
  .filter((file) => /\.tsx?$/.test(file));

t.test('what code cites stands in docs/protocol.md', async (t) => {
  const written = new Set(
    Array.from(read('docs/protocol.md').matchAll(/\*\*(\[[PQ]-[A-Z0-9]+\])\*\*/g), ([, tag]) => tag),
  );
  t.ok(written.size > 30, 'the page has its numbers');
  const cited = sources.flatMap((file) => Array.from(read(file).matchAll(TAG), ([tag]) => ({ file, tag })));
  t.same(
    cited.filter(({ tag }) => !written.has(tag)),
    [],
  );
});

t.test('the README names every setting of .env.example', async (t) => {
  const names = Array.from(read('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm), ([, name]) => name as string);
  t.ok(names.length > 50, 'the settings were found');
  const readme = read('README.md');
  t.same(
    names.filter((name) => !readme.includes(`\`${name}\``)),
    [],
  );
});

t.test('every direct dependency has its sentence in docs/decisions.md', async (t) => {
  const { dependencies, devDependencies } = JSON.parse(read('package.json'));
  const decisions = read('docs/decisions.md');
  const packages = [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  t.same(
    packages.filter((name) => !decisions.includes(`\`${name}\``)),
    [],
  );
  t.same(
    packages.filter((name) => !/^\d+\.\d+\.\d+$/.test(dependencies[name] ?? devDependencies[name])),
    [],
    'and is pinned',
  );
});

t.test('the lock has every platform’s part of packages that ship binaries, and names no host', async (t) => {
  const lock = JSON.parse(read('package-lock.json'));
  const missing = Object.entries<{ optionalDependencies?: Record<string, string> }>(lock.packages).flatMap(
    ([path, { optionalDependencies = {} }]) =>
      Object.keys(optionalDependencies)
        .filter(
          (name) =>
            name.startsWith('@') && !Object.keys(lock.packages).some((each) => each.endsWith(`node_modules/${name}`)),
        )
        .map((name) => `${path} → ${name}`),
  );
  t.same(missing, []);
  t.notMatch(read('package-lock.json'), /"resolved"/);
});
