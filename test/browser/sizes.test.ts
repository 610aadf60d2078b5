import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import t from 'tap';

const bytesOf = (name: string) => gzipSync(readFileSync(`dist/client/${name}.js`), { level: 9 }).length;

t.test('what a page pays for the widget, compressed', async (t) => {
  const loader = bytesOf('widget');
  t.ok(loader <= 3000, `the loader: ${loader} bytes`);
  for (const language of ['en', 'fr', 'ru', 'uk']) {
    const all = loader + bytesOf(`widget-app-${language}`);
    t.ok(all <= 45_000, `everything in ${language}: ${all} bytes`);
  }
});

t.test('nothing in it makes programs of texts, nor leaves other files behind', async (t) => {
  for (const name of ['widget', 'widget-app-en']) {
    const code = readFileSync(`dist/client/${name}.js`, 'utf8');
    t.notMatch(code, /\beval\(|new Function\(|document\.write|sourceMappingURL/, name);
  }
});
