import { searchRooms } from '../../db/search.ts';
import type { Caller } from '../identity/caller.ts';
import type { DeskParts } from './access.ts';
import { cardsOf, type RoomCard } from './cards.ts';
import { lineOf } from './input.ts';
import { authorizeTeam, servedFrom } from './policy.ts';

export interface Search {
  /** Rooms whose visitor's name, address or phone, or whose messages, contain the words; whatever their case or script. */
  rooms(caller: Caller, words: string, limit?: number): Promise<RoomCard[]>;
}

const charactersAtLeast = 2;

export function searchOf({ db }: DeskParts): Search {
  return {
    async rooms(caller, words, limit = 30) {
      authorizeTeam(caller);
      const text = lineOf('search', words, 200);
      if ([...text].length < charactersAtLeast) return [];
      const site = servedFrom(caller);
      return cardsOf(db, await searchRooms(db, { text, limit, ...(site === undefined ? {} : { servedFrom: site }) }));
    },
  };
}
