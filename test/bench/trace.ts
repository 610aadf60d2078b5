import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import type { Test } from 'tap';

/** Where Chromium notes its tasks, and what they were about. */
const CATEGORIES = ['disabled-by-default-devtools.timeline', 'devtools.timeline', 'toplevel'];
/** A task that takes longer is felt. */
const LONG_MS = 50;

interface TraceEvent {
  name: string;
  pid: number;
  tid: number;
  dur?: number;
  tdur?: number;
  args: { name?: string };
}

/** Of each task of the page's main thread the milliseconds it worked, and those that went by; the longest first. */
export interface Tasks {
  worked: number[];
  passed: number[];
}

/** What the kit knows of a test: a folder, and what is to be undone. */
export function stage(name: string) {
  const folder = mkdtempSync(join(tmpdir(), `antiphon-${name}-`));
  const undo: (() => unknown)[] = [() => rmSync(folder, { recursive: true, force: true })];
  return {
    t: { testdir: () => folder, teardown: (work: () => unknown) => undo.push(work) } as unknown as Test,
    async end() {
      for (const work of undo.reverse()) await work();
    },
  };
}

/** What a page's main thread did in one go each time, while something went on. */
export async function tasksDuring(browser: Browser, page: Page, work: () => Promise<void>): Promise<Tasks> {
  await browser.startTracing(page, { categories: CATEGORIES });
  await work();
  const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as { traceEvents: TraceEvent[] };
  // Of the processes that have a main thread, the page's is the one with most to do.
  const tasks = traceEvents
    .filter(({ name, args }) => name === 'thread_name' && args.name === 'CrRendererMain')
    .map(({ pid, tid }) => traceEvents.filter((e) => e.pid === pid && e.tid === tid && e.name === 'RunTask'))
    .sort((a, b) => b.length - a.length)[0];
  const longestFirst = (pick: (event: TraceEvent) => number | undefined) =>
    (tasks ?? []).map((event) => (pick(event) ?? 0) / 1000).sort((a, b) => b - a);
  return { worked: longestFirst(({ tdur, dur }) => tdur ?? dur), passed: longestFirst(({ dur }) => dur) };
}

export function printTasks(what: string, { worked, passed }: Tasks): void {
  const longest = (tasks: number[]) =>
    tasks
      .slice(0, 3)
      .map((ms) => ms.toFixed(1))
      .join(', ')
      .padEnd(18);
  const tooLong = worked.filter((ms) => ms > LONG_MS).length;
  console.log(
    `${what.padEnd(40)} longest tasks ${longest(worked)} ms, over ${LONG_MS}: ${tooLong}   (passed: ${longest(passed)})`,
  );
}
