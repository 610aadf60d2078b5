// Turns the totals at the end of a TAP file into one plain line: `12 passed, 0 failed, 3 skipped`.
import { readFileSync } from 'node:fs';

const totals = readFileSync(process.argv[2], 'utf8')
  .match(/^# \{ total: .*\}$/gm)
  ?.at(-1);
if (!totals) {
  console.log('0 passed, 1 failed');
  process.exit(1);
}
const count = (name) => Number(new RegExp(`\\b${name}: (\\d+)`).exec(totals)?.[1] ?? 0);
const skipped = count('skip') + count('todo');
console.log(`${count('pass')} passed, ${count('fail')} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
