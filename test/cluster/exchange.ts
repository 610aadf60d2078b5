import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Test } from 'tap';
import { Exchange } from '../../server/cluster/exchange.ts';
import { KeptLog } from './witness.ts';

/** An exchange in a folder of its own, until the test ends. */
export async function startExchange(t: Test): Promise<{ exchange: Exchange; path: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'antiphon-test-'));
  const path = join(folder, 'line');
  const exchange = new Exchange(new KeptLog());
  await exchange.listen(path);
  t.teardown(() => {
    exchange.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { exchange, path };
}
