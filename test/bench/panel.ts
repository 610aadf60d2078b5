// What an agent with a long list waits for while much is written, from a trace of Chromium:
//   npm run bench:panel [-- --rooms 10000] [--rate 200] [--seconds 10] [--slowdown 1]
// A task is what the page's main thread does in one go; over 50 ms it is felt. Counted is the time the thread itself was at
// work, so that a busy machine does not change it, and beside it the time that went by. `--slowdown 4` is about a phone.
import { parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { appendMessage } from '../../db/message-append.ts';
import { openDatabase } from '../../db/open.ts';
import { createRoom } from '../../db/rooms.ts';
import { createUser } from '../../db/users.ts';
import { bubble, type Guest, guest, openPanel, startTeam, type Team } from '../browser/team.ts';
import { pusherLibrary } from '../kit/backend.ts';
import { printTasks, stage, tasksDuring } from './trace.ts';

const { values: flags } = parseArgs({
  options: {
    rooms: { type: 'string', default: '10000' },
    rate: { type: 'string', default: '200' },
    seconds: { type: 'string', default: '10' },
    slowdown: { type: 'string', default: '1' },
  },
});
const [ROOMS, RATE, SECONDS, SLOWDOWN] = [flags.rooms, flags.rate, flags.seconds, flags.slowdown].map(Number) as [
  number,
  number,
  number,
  number,
];
const WRITERS = 50;
const TICK_MS = 50;
/** What one request of the events API may hold. */
const BATCH = 10;

const { t, end } = stage('panel');
try {
  const team = await startTeam(t);
  await fill(team.desk.databaseUrl, ROOMS);
  const writers: Guest[] = [];
  for (let number = 0; number < WRITERS; number += 1) writers.push(await guest(team.desk, `Writer ${number}`, 'Hello'));
  const browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu'],
  });
  t.teardown(() => browser.close());
  const { page } = await openPanel(browser, team, team.olena, `/admin/chat/${writers[0]?.room}?tab=all`);
  await bubble(page, 'Hello').waitFor();
  await page.mouse.move(900, 300);
  if (SLOWDOWN > 1) {
    const devtools = await page.context().newCDPSession(page);
    await devtools.send('Emulation.setCPUThrottlingRate', { rate: SLOWDOWN });
  }

  let known = 0;
  const scrollToEnd = async () => {
    // As far as the server lets the list go: every page is asked for by its end coming into sight.
    await page.evaluate(`(async () => {
      const scroller = document.querySelector('#rooms > div');
      while (!document.querySelector('#rooms > div > p')) {
        scroller.scrollTop = scroller.scrollHeight;
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    })()`);
    known = await page
      .locator('#rooms li')
      .last()
      .evaluate((row: { getAttribute(name: string): string | null }) => Number(row.getAttribute('aria-setsize')));
  };
  printTasks(`scrolling through ${ROOMS} rooms`, await tasksDuring(browser, page, scrollToEnd));
  await page.evaluate(`document.querySelector('#rooms > div').scrollTop = 0`);

  const announcements = await Promise.all(writers.map(({ room }) => announcement(team, room)));
  const backend = pusherLibrary(team.desk);
  let sent = 0;
  const burst = async () => {
    const began = performance.now();
    const until = began + SECONDS * 1000;
    while (performance.now() < until) {
      const due = Math.floor(((performance.now() - began) * RATE) / 1000);
      while (sent < due) {
        const batch = Array.from({ length: Math.min(BATCH, due - sent) }, (_, index) => {
          const number = sent + index;
          const say = announcements[number % WRITERS] as (text: string, seq: number) => object;
          const data = say(`Message ${number}`, 2 + Math.floor(number / WRITERS));
          return { channel: 'private-admin.chat', name: 'message.sent', data };
        });
        sent += batch.length;
        await backend.triggerBatch(batch);
      }
      await new Promise((resolve) => setTimeout(resolve, TICK_MS));
    }
    // Whoever has waited the longest stands on top, where it is seen.
    const last = sent - 1 - ((sent - 1) % WRITERS);
    await page.getByText(`Message ${last}`, { exact: true }).first().waitFor();
  };
  const tasks = await tasksDuring(browser, page, burst);
  printTasks(`${Math.round(sent / SECONDS)} messages/s into ${known} rooms`, tasks);

  const next = async () => {
    for (let step = 0; step < 20; step += 1) {
      await page.keyboard.press('KeyJ');
      await page.locator('.room-row[aria-current]').waitFor();
    }
  };
  printTasks('20 rooms opened with J', await tasksDuring(browser, page, next));
} finally {
  await end();
}

/**
 * How the server announces a message in the room. What the server itself takes is measured elsewhere (bench:messages); here
 * its announcements are published as it words them, so that the rate is what it is said to be on any machine.
 */
async function announcement({ desk, olena }: Team, id: number): Promise<(text: string, seq: number) => object> {
  const { json: whole } = await desk.ask('GET', `/api/admin/chat/rooms/${id}?messages=1`, { as: olena });
  const { messages, ...room } = whole;
  return (message, seq) => ({
    ...messages[0],
    ...{ id: messages[0].id + 1_000_000 + seq, uuid: crypto.randomUUID(), seq, message },
    room: { ...room, latest_message: undefined, last_seq: seq, unread_admin_count: seq },
  });
}

/** Rooms that nobody waits in: whoever writes stands above them, where it is seen. */
async function fill(databaseUrl: string, count: number): Promise<void> {
  const { db, close } = openDatabase(databaseUrl);
  const begin = Date.now() - count * 1000;
  for (let from = 0; from < count; from += 500) {
    await db.transaction().execute(async (tx) => {
      for (let number = from; number < Math.min(count, from + 500); number += 1) {
        const now = begin + number * 1000;
        const { id: userId } = await createUser(tx, { name: `Visitor ${number}`, isGuest: true }, now);
        const { id: roomId } = await createRoom(tx, { userId, siteDomain: null, channel: 'widget', now });
        const text = `Question ${number}`;
        await appendMessage(tx, { roomId, userId, text, now, isAdmin: false });
      }
    });
  }
  await close();
}
