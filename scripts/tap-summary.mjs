// Says what failed in a TAP file, and its totals in one plain last line: `12 passed, 0 failed, 3 skipped`. Given a second
// file, in which what failed in the first was tried again: what failed in both. With --failed-files: only which files failed;
// with --without-totals: not the last line.
import { readFileSync } from 'node:fs';

const DIAGNOSIS_LINES = 30;
const onlyFiles = process.argv.includes('--failed-files');
const [first, ...again] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'));
const lines = linesOf(again.at(-1) ?? first);

function linesOf(file) {
  return readFileSync(file, 'utf8').split('\n');
}

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

if (onlyFiles) {
  for (const file of new Set(failures().map(({ way }) => way[0]))) console.log(file);
  process.exit(0);
}
for (const { way, diagnosis } of failures()) console.log(`FAILED ${way.join(' > ')}\n${diagnosis.join('\n')}\n`);

if (process.argv.includes('--without-totals')) process.exit(0);

const totalsIn = (all) => all.findLast((line) => /^# \{ total: .*\}$/.test(line));
const [atFirst, atLast] = [totalsIn(linesOf(first)), totalsIn(lines)];
if (!atFirst || !atLast) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const count = (totals, name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0);
const skipped = count(atFirst, 'skip') + count(atFirst, 'todo');
const passed = `${count(atFirst, 'pass')} passed, ${count(atLast, 'fail')} failed`;
console.log(`${passed}${skipped > 0 ? `, ${skipped} skipped` : ''}`);
