// Our server beside reference servers, in turn, in the same run:
//   npm run bench [-- --quick] [--only fan-out --only publish] [--rounds 5] [--connects 1000000] [--server dist/server/main.js]
// Only the ratios mean anything on another machine. Linux with a C compiler, since it reads /proc and its references and its
// load generator are C programs. Exits with 1 when a ratio that is to be reached was missed; --quick: the two fan-outs only.
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { compileC } from './c-program.ts';
import { badCompany } from './scenarios/bad-company.ts';
import { badReaders } from './scenarios/bad-readers.ts';
import { churn } from './scenarios/churn.ts';
import { connections } from './scenarios/connections.ts';
import { fanOut } from './scenarios/fan-out.ts';
import { latency } from './scenarios/latency.ts';
import { presence } from './scenarios/presence.ts';
import { publishing } from './scenarios/publishing.ts';
import { smallChannels } from './scenarios/small-channels.ts';
import { twoNodes } from './scenarios/two-nodes.ts';
import { Table } from './table.ts';

export interface Bench {
  /** Our server's entry. */
  server: string;
  load: string;
  table: Table;
  isQuick: boolean;
  rounds: number;
  /** Of the churn. */
  connects: number;
}

const SCENARIOS: Record<string, (bench: Bench) => Promise<void>> = {
  'fan-out': fanOut,
  'small-channels': smallChannels,
  publish: publishing,
  connections,
  latency,
  presence,
  'bad-readers': badReaders,
  'bad-company': badCompany,
  'two-nodes': twoNodes,
  churn,
};

const { values: flags } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true },
    rounds: { type: 'string' },
    connects: { type: 'string', default: '100000' },
    server: { type: 'string', default: fileURLToPath(new URL('../../dist/server/main.js', import.meta.url)) },
  },
});
const wanted = flags.only ?? (flags.quick ? ['fan-out'] : Object.keys(SCENARIOS));
const unknown = wanted.filter((name) => !SCENARIOS[name]);
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; there are ${Object.keys(SCENARIOS).join(', ')}.`);
  process.exit(2);
}

const began = performance.now();
const table = new Table();
const bench: Bench = {
  server: flags.server,
  load: compileC('load'),
  table,
  isQuick: flags.quick,
  rounds: Number(flags.rounds ?? (flags.quick ? 3 : 5)),
  connects: Number(flags.connects),
};
table.head();
for (const name of wanted) await SCENARIOS[name]?.(bench);
console.log(`\nµs: of the server process's CPU. load: what part of the time the load generator was at work, at most.`);
console.log(`It took ${Math.round((performance.now() - began) / 1000)} s.`);
for (const missed of table.missed) console.log(`Missed: ${missed}`);
process.exit(table.missed.length > 0 ? 1 : 0);
