import {
  addCannedResponse,
  type CannedResponse,
  cannedResponseById,
  cannedResponsesFor,
  removeCannedResponse,
  updateCannedResponse,
} from '../../db/canned.ts';
import { userById } from '../../db/users.ts';
import { type Caller, ranksAtLeast } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import { type DeskParts, type RoomRef, roomFor } from './access.ts';
import { invalid, lineOf, required, textOf } from './input.ts';
import { textCharactersAtMost } from './outgoing.ts';
import { authorizeTeam, unauthorized } from './policy.ts';

export type { CannedResponse };

export interface CannedReplies {
  /** What the caller may use: their own, their site's, everybody's. */
  list(caller: Caller): Promise<CannedResponse[]>;
  /** `isOwn`: for the caller alone; otherwise a supervisor's to make, for a site or for all. */
  add(
    caller: Caller,
    reply: { shortCode: string; text: string; isOwn: boolean; siteDomain?: string | null },
  ): Promise<CannedResponse>;
  update(caller: Caller, id: string, changes: { shortCode?: string; text?: string }): Promise<CannedResponse>;
  remove(caller: Caller, id: string): Promise<void>;
  /** The text with its variables filled in for a room: what the agent then sends, or changes first. */
  expand(caller: Caller, id: string, ref: RoomRef): Promise<string>;
}

export function cannedOf(parts: DeskParts): CannedReplies {
  const { db, commit, now } = parts;

  async function usable(caller: Caller, id: string): Promise<CannedResponse> {
    authorizeTeam(caller);
    const reply = await cannedResponseById(db, id);
    const isElsewhere =
      reply?.siteDomain != null && caller.siteDomain !== null && reply.siteDomain !== caller.siteDomain;
    if (!reply || isElsewhere || (reply.userId !== null && reply.userId !== caller.userId)) {
      throw new Refusal('not-found', 'Canned response not found.');
    }
    return reply;
  }

  async function changeable(caller: Caller, id: string): Promise<CannedResponse> {
    const reply = await usable(caller, id);
    if (reply.userId === null && !ranksAtLeast(caller, 'supervisor')) throw unauthorized();
    return reply;
  }

  return {
    async list(caller) {
      authorizeTeam(caller);
      return cannedResponsesFor(db, caller.userId, caller.siteDomain);
    },

    async add(caller, asked) {
      authorizeTeam(caller);
      if (!asked.isOwn && !ranksAtLeast(caller, 'supervisor')) throw unauthorized();
      const { userId } = caller;
      const reply = {
        shortCode: shortCodeOf(asked.shortCode),
        text: replyTextOf(asked.text),
        siteDomain: asked.isOwn ? null : (asked.siteDomain ?? caller.siteDomain),
        userId: asked.isOwn ? userId : null,
      };
      return commit((tx) => addCannedResponse(tx, reply, now()));
    },

    async update(caller, id, asked) {
      const reply = await changeable(caller, id);
      const changes = {
        ...(asked.shortCode === undefined ? {} : { shortCode: shortCodeOf(asked.shortCode) }),
        ...(asked.text === undefined ? {} : { text: replyTextOf(asked.text) }),
      };
      await commit((tx) => updateCannedResponse(tx, id, changes, now()));
      return { ...reply, ...changes };
    },

    async remove(caller, id) {
      await changeable(caller, id);
      await commit((tx) => removeCannedResponse(tx, id));
    },

    async expand(caller, id, ref) {
      const reply = await usable(caller, id);
      const room = await roomFor(parts, caller, ref, 'manage');
      const visitor = await userById(db, room.userId);
      return filledIn(reply.text, {
        name: visitor?.name ?? '',
        first_name: visitor?.name.split(/\s/)[0] ?? '',
        email: visitor?.email ?? '',
        phone: visitor?.phone ?? '',
        agent: caller.name,
        site: room.siteDomain ?? '',
        category: room.category ?? '',
      });
    },
  };
}

/** `{{name}}` becomes its value, or what follows a bar: `{{name|customer}}`. What is unknown stays, for the agent to see. */
export function filledIn(text: string, values: Record<string, string>): string {
  return text.replace(/\{\{\s*([a-z_.]+)\s*(?:\|([^{}]*))?\}\}/gi, (whole, key: string, fallback?: string) => {
    const name = key.toLowerCase();
    if (!Object.hasOwn(values, name)) return whole;
    return values[name] || (fallback?.trim() ?? '');
  });
}

function shortCodeOf(asked: string): string {
  const code = lineOf('short_code', asked, 64).replace(/^\/+/, '');
  if (code === '' || /\s/.test(code))
    throw invalid('short_code', 'The short code field must be one word.', { rule: 'regex' });
  return code;
}

function replyTextOf(asked: string): string {
  const text = textOf('text', asked, textCharactersAtMost);
  if (text === '') throw required('text');
  return text;
}
