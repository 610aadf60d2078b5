import { addSavedView, changeSavedView, removeSavedView, type SavedView, savedViewsOf } from '../../db/saved-views.ts';
import type { Caller } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import type { DeskParts } from './access.ts';
import { invalid, lineOf, required } from './input.ts';
import { authorizeTeam } from './policy.ts';

export type { SavedView };

/** Filters of the inbox that somebody gave a name. */
export interface Views {
  list(caller: Caller): Promise<SavedView[]>;
  /** `query` is the panel's own, and is kept as it is. */
  add(caller: Caller, view: { name: string; query: Record<string, unknown> }): Promise<SavedView>;
  /** Another name, or another filter under the name; it stays where it is among the others. */
  change(caller: Caller, id: string, changes: { name?: string; query?: Record<string, unknown> }): Promise<SavedView>;
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
      const view = { name: nameOf(asked.name), query: queryOf(asked.query) };
      const position = (await savedViewsOf(db, userId)).length;
      if (position >= viewsAtMost) {
        throw invalid('name', `There may be ${viewsAtMost} views.`, { rule: 'max.array', limit: viewsAtMost });
      }
      return commit((tx) => addSavedView(tx, { userId, position, ...view }, now()));
    },
    async change(caller, id, asked) {
      authorizeTeam(caller);
      const { userId } = caller;
      const changes = {
        ...(asked.name === undefined ? {} : { name: nameOf(asked.name) }),
        ...(asked.query === undefined ? {} : { query: queryOf(asked.query) }),
      };
      return commit(async (tx) => {
        const view = (await savedViewsOf(tx, userId)).find((each) => each.id === id);
        if (!view) throw notFound();
        await changeSavedView(tx, id, changes);
        return { ...view, ...changes };
      });
    },
    async remove(caller, id) {
      authorizeTeam(caller);
      const { userId } = caller;
      const wasTheirs = await commit((tx) => removeSavedView(tx, userId, id));
      if (!wasTheirs) throw notFound();
    },
  };
}

function nameOf(asked: string): string {
  const name = lineOf('name', asked, 128);
  if (name === '') throw required('name');
  return name;
}

function queryOf(asked: Record<string, unknown>): Record<string, unknown> {
  if (JSON.stringify(asked).length > queryCharactersAtMost) throw invalid('query', 'The query is too long.');
  return asked;
}

function notFound(): Refusal {
  return new Refusal('not-found', 'View not found.');
}
