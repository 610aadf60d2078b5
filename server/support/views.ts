import { addSavedView, removeSavedView, type SavedView, savedViewsOf } from '../../db/saved-views.ts';
import type { Caller } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import type { DeskParts } from './access.ts';
import { invalid, lineOf } from './input.ts';
import { authorizeTeam } from './policy.ts';

export type { SavedView };

/** Filters of the inbox that somebody gave a name. */
export interface Views {
  list(caller: Caller): Promise<SavedView[]>;
  /** `query` is the panel's own, and is kept as it is. */
  add(caller: Caller, view: { name: string; query: Record<string, unknown> }): Promise<SavedView>;
  remove(caller: Caller, id: string): Promise<void>;
}

const viewsAtMost = 50;
const queryCharactersAtMost = 4000;

export function viewsOf({ db, commit, now }: DeskParts): Views {
  return {
    async list(caller) {
      authorizeTeam(caller);
      return savedViewsOf(db, caller.userId);
    },
    async add(caller, asked) {
      authorizeTeam(caller);
      const { userId } = caller;
      const name = lineOf('name', asked.name, 128);
      if (name === '') throw invalid('name', 'The name field is required.');
      if (JSON.stringify(asked.query).length > queryCharactersAtMost) throw invalid('query', 'The query is too long.');
      const position = (await savedViewsOf(db, userId)).length;
      if (position >= viewsAtMost) throw invalid('name', `There may be ${viewsAtMost} views.`);
      return commit((tx) => addSavedView(tx, { userId, name, query: asked.query, position }, now()));
    },
    async remove(caller, id) {
      authorizeTeam(caller);
      const { userId } = caller;
      const wasTheirs = await commit((tx) => removeSavedView(tx, userId, id));
      if (!wasTheirs) throw new Refusal('not-found', 'View not found.');
    },
  };
}
