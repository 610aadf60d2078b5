import { changeSurroundings, nowhere, type Surroundings, surroundingsOf } from '../../db/surroundings.ts';
import type { Db } from '../../db/upsert.ts';
import { updateUser, userById } from '../../db/users.ts';
import { type Caller, isPerson } from '../identity/caller.ts';
import { type DeskParts, type RoomRef, roomFor } from './access.ts';
import { deviceFrom } from './device.ts';
import { invalid, lineOf, wellFormed } from './input.ts';
import { isTimezone } from './local-time.ts';
import { standingOf, unauthorized } from './policy.ts';
import type { Room } from './room.ts';

export type { Surroundings };

export interface PageAsked {
  url: string;
  title?: string | null;
}

/** What a browser tells of itself when its visitor's session begins; none of it must be so. */
export interface Arrival {
  page?: unknown;
  userAgent?: string | undefined;
  timezone?: unknown;
}

/** Where visitors are and with what, for the team to know when they answer. */
export interface Whereabouts {
  /** A visitor's session begins. What cannot be is left out, for it is no reason to keep somebody from asking. */
  arrived(userId: number, arrival: Arrival): Promise<void>;
  /** The visitor of a room is on another page. @throws Refusal; of anybody but its visitor, too */
  moved(caller: Caller, ref: RoomRef, page: PageAsked): Promise<void>;
  /** Of a room's visitor. @throws Refusal */
  of(caller: Caller, ref: RoomRef): Promise<Whereabout>;
}

export type Whereabout = Surroundings & { locale: string | null; timezone: string | null };

type Page = Surroundings['pages'][number];

const urlCharactersAtMost = 2000;
const titleCharactersAtMost = 300;

/** Of a room's visitor, for whoever has made sure that the caller may see it. */
export async function whereaboutOf(db: Db, room: Room): Promise<Whereabout> {
  const visitor = await userById(db, room.userId);
  const { pages, device } = visitor ? await surroundingsOf(db, visitor.id) : nowhere;
  return { pages, device, locale: room.locale ?? visitor?.locale ?? null, timezone: visitor?.timezone ?? null };
}

export function whereaboutsOf(parts: DeskParts): Whereabouts {
  const { db, commit, now } = parts;

  async function note(userId: number, page: Omit<Page, 'at'> | null, device: Surroundings['device']): Promise<void> {
    const before = await surroundingsOf(db, userId);
    if (!differs(before, page, device)) return;
    const after = (held: Surroundings): Surroundings => ({
      pages: page && isNews(held, page) ? [{ ...page, at: now() }, ...held.pages] : held.pages,
      device: device ?? held.device,
    });
    await commit((tx) => changeSurroundings(tx, userId, after, now()), { inTurn: `surroundings:${userId}` });
  }

  return {
    async arrived(userId, { page, userAgent, timezone }) {
      await note(userId, usablePage(page), deviceFrom(userAgent));
      if (typeof timezone !== 'string' || timezone.length > 64 || !isTimezone(timezone)) return;
      if ((await userById(db, userId))?.timezone === timezone) return;
      await commit((tx) => updateUser(tx, userId, { timezone }, now()));
    },

    async moved(caller, ref, page) {
      const room = await roomFor(parts, caller, ref, 'view');
      if (!isPerson(caller) || standingOf(caller, room) !== 'owner') throw unauthorized();
      await note(caller.userId, checkedPage(page), null);
    },

    async of(caller, ref) {
      return whereaboutOf(db, await roomFor(parts, caller, ref, 'manage'));
    },
  };
}

function isNews({ pages: [last] }: Surroundings, { url, title }: Omit<Page, 'at'>): boolean {
  return last?.url !== url || last.title !== title;
}

function differs(before: Surroundings, page: Omit<Page, 'at'> | null, device: Surroundings['device']): boolean {
  const isElsewhere = page !== null && isNews(before, page);
  return isElsewhere || (device !== null && JSON.stringify(device) !== JSON.stringify(before.device));
}

/** A link the team may click on leads to a page, and nowhere else; and it is no place for a password. @throws Refusal */
function checkedPage({ url: asked, title }: PageAsked): Omit<Page, 'at'> {
  const text = wellFormed(asked).trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || text.length > urlCharactersAtMost) {
    throw invalid('url', 'The url field must be a valid URL.');
  }
  url.username = '';
  url.password = '';
  return { url: url.href.slice(0, urlCharactersAtMost), title: lineOf('title', title ?? '', titleCharactersAtMost) };
}

function usablePage(page: unknown): Omit<Page, 'at'> | null {
  if (typeof page !== 'object' || page === null) return null;
  const { url, title } = page as Record<string, unknown>;
  try {
    return typeof url === 'string' ? checkedPage({ url, title: typeof title === 'string' ? title : null }) : null;
  } catch {
    return null;
  }
}
