// Says what failed in a TAP file, and its totals in one plain last line: `12 passed, 0 failed, 3 skipped`.
import { readFileSync } from 'node:fs';

const DIAGNOSIS_LINES = 30;
const lines = readFileSync(process.argv[2], 'utf8').split('\n');

/**
 * The failures that no failure inside explains, each with the way to it. A test's own line comes after those of the
 * tests in it, four columns further left.
 */
function failures() {
  const found = [];
  let inside = [];
  for (const [at, line] of lines.entries()) {
    const point = /^( *)(not )?ok \d+ - (.*)$/.exec(line);
    if (!point || / # (SKIP|TODO)\b/i.test(line)) continue;
    const [, indent, not, name] = point;
    const deeper = inside.filter((failure) => failure.indent > indent.length);
    inside = inside.filter((failure) => failure.indent <= indent.length);
    if (!not) continue;
    const title = name.replace(/ (# time=.*|\{)$/, '');
    if (deeper.length === 0) deeper.push({ way: [], diagnosis: diagnosisAfter(at) });
    for (const failure of deeper) inside.push({ ...failure, indent: indent.length, way: [title, ...failure.way] });
    if (indent.length === 0) found.push(...inside.splice(0));
  }
  return found;
}

function diagnosisAfter(at) {
  if (lines[at + 1]?.trim() !== '---') return [];
  const length = lines.slice(at + 2).findIndex((line) => line.trim() === '...');
  return lines.slice(at + 2, at + 2 + Math.min(length, DIAGNOSIS_LINES));
}

for (const { way, diagnosis } of failures()) console.log(`FAILED ${way.join(' > ')}\n${diagnosis.join('\n')}\n`);

const totals = lines.findLast((line) => /^# \{ total: .*\}$/.test(line));
if (!totals) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0);
const skipped = count('skip') + count('todo');
console.log(`${count('pass')} passed, ${count('fail')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
