import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import t from 'tap';
import { commandLine } from '../kit/process.ts';

const FOLDER = join('docs', 'running');
const pages = readdirSync(FOLDER).map((name) => ({ name, text: readFileSync(join(FOLDER, name), 'utf8') }));
const { finish } = commandLine(t);

t.test('the pages on running are linked from the README, and lead to what is there', async (t) => {
  t.ok(pages.length >= 3);
  const readme = readFileSync('README.md', 'utf8');
  for (const { name, text } of pages) {
    t.match(readme, `(docs/running/${name})`);
    for (const [, link = ''] of text.matchAll(/\]\(([^)#]+)/g)) {
      t.ok(
        pages.some(({ name }) => join(FOLDER, name) === normalize(join(dirname(join(FOLDER, name)), link))),
        link,
      );
    }
  }
});

t.test('each setting they name is one', async (t) => {
  const example = readFileSync('.env.example', 'utf8');
  for (const { name, text } of pages) {
    const named = [...text.matchAll(/\b(?:REVERB|ANTIPHON|REDIS|CHAT|STORAGE|S3|DATABASE)_[A-Z_]+\b/g)].map(
      ([found]) => found,
    );
    for (const setting of new Set(named))
      t.match(example, new RegExp(`^#${setting}(=|.*=)`, 'm'), `${setting} in ${name}`);
  }
});

t.test('each command they give is understood', async (t) => {
  const commands = pages.flatMap(({ text }) =>
    [...text.matchAll(/^node dist\/server\/main\.js ([^#\n]+)/gm)].map(([, line = '']) => line.trim()),
  );
  t.ok(commands.length >= 6, 'they were found');
  for (const line of new Set(commands)) {
    // All but doing it: what is not understood is said first.
    const { code, stdout, stderr } = await finish([...line.split(' '), '--help'], t.testdir({}));
    t.equal(code, 0, `${line}: ${stderr}`);
    t.match(stdout, new RegExp(`^ {2}${line.split(' ')[0]} `, 'm'));
  }
});
