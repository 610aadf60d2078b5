import { isDuplicate } from '../../db/errors.ts';
import { addLabel, allLabels, type Label, removeLabel, updateLabel } from '../../db/labels.ts';
import { type Caller, ranksAtLeast } from '../identity/caller.ts';
import { Refusal } from '../refusal.ts';
import type { DeskParts } from './access.ts';
import { invalid, lineOf, required } from './input.ts';
import { authorizeTeam, unauthorized } from './policy.ts';

export type { Label };

/** The labels there are; putting them on rooms is triage.ts. */
export interface Labels {
  list(caller: Caller): Promise<Label[]>;
  add(caller: Caller, label: { name: string; color?: string }): Promise<Label>;
  update(caller: Caller, id: string, changes: { name?: string; color?: string }): Promise<void>;
  /** Off every room, too: a supervisor's to decide. */
  remove(caller: Caller, id: string): Promise<void>;
}

export function labelsOf({ db, commit, now }: DeskParts): Labels {
  async function unlessTaken<Result>(work: () => Promise<Result>): Promise<Result> {
    try {
      return await work();
    } catch (error) {
      if (!isDuplicate(error, 'name')) throw error;
      const message = 'The name has already been taken.';
      const details = { fields: { name: [message] }, reasons: { name: { rule: 'unique' } } };
      throw new Refusal('conflict', message, details);
    }
  }

  return {
    async list(caller) {
      authorizeTeam(caller);
      return allLabels(db);
    },
    async add(caller, asked) {
      authorizeTeam(caller);
      const label = { name: nameOf(asked.name), color: colorOf(asked.color ?? '#64748b') };
      return unlessTaken(() => commit((tx) => addLabel(tx, label, now())));
    },
    async update(caller, id, asked) {
      authorizeTeam(caller);
      const changes = {
        ...(asked.name === undefined ? {} : { name: nameOf(asked.name) }),
        ...(asked.color === undefined ? {} : { color: colorOf(asked.color) }),
      };
      await unlessTaken(() => commit((tx) => updateLabel(tx, id, changes)));
    },
    async remove(caller, id) {
      if (!ranksAtLeast(caller, 'supervisor')) throw unauthorized();
      await commit((tx) => removeLabel(tx, id));
    },
  };
}

function nameOf(asked: string): string {
  const name = lineOf('name', asked, 64);
  if (name === '') throw required('name');
  return name;
}

function colorOf(asked: string): string {
  if (!/^#[0-9a-f]{6}$/i.test(asked))
    throw invalid('color', 'The color field must be like #64748b.', { rule: 'regex' });
  return asked.toLowerCase();
}
