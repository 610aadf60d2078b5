import { setTimeout as pause } from 'node:timers/promises';
import type { Test } from 'tap';
import { DeskLoad } from './load.ts';
import { APP } from './node.ts';

export interface Fault {
  /** Where the desk can be reached. */
  bases: readonly string[];
  /** How long it lasts. */
  forMs: number;
  begin(): Promise<void> | void;
  end(): Promise<void> | void;
  /** Whether messages are still acknowledged while it lasts. */
  isServed?: boolean;
}

const BEFORE = 15;
const AFTER = 15;

/** A fault in the middle of writing and reading: nothing acknowledged is lost, nothing is there twice. */
export async function survive(t: Test, name: string, fault: Fault): Promise<void> {
  await t.test(name, async (t) => {
    const load = await DeskLoad.begin(t, fault.bases, APP.key);
    await load.goesOn(BEFORE);
    await fault.begin();
    if (fault.isServed) await load.goesOn(BEFORE);
    await pause(fault.forMs);
    await fault.end();
    const healedAt = performance.now();
    await load.goesOn(AFTER);
    const { sent, acknowledged, delivered, lost, doubled, healedMs } = await load.settle(healedAt);
    t.comment(
      `${name}: ${sent} sent, ${acknowledged} acknowledged, ${delivered} delivered, ${lost} lost, ${doubled} doubled, ` +
        `healed within ${(healedMs / 1000).toFixed(1)} s`,
    );
    t.equal(lost, 0, 'nothing that was acknowledged is lost');
    t.equal(doubled, 0, 'nothing is there twice');
    t.ok(delivered >= acknowledged * fault.bases.length, 'everybody has read everything');
  });
}
