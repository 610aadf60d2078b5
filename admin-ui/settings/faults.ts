import { type Trouble, troubleFrom } from '../../client/chat/trouble.ts';
import type { Say } from '../texts/texts.ts';

/** What is wrong, by the field it is wrong with, as the server names it; what concerns no field stands under ''. */
export type Faults = Readonly<Record<string, string>>;

export const none: Faults = {};

export function faultsFrom(error: unknown, say: Say): Faults {
  const trouble = troubleFrom(error);
  const { errors } = answerOf(trouble);
  const named = Object.entries(errors ?? {}).map(([field, said]) => [field, String([said].flat()[0] ?? '')]);
  return named.length > 0 ? Object.fromEntries(named) : { '': saidOf(trouble, say) };
}

/** The fault of a field, or of something in it: `look.faq` has those of `look.faq.0.answer`. */
export function faultAt(faults: Faults, field: string): string | undefined {
  return faults[field] ?? Object.entries(faults).find(([name]) => name.startsWith(`${field}.`))?.[1];
}

/** Why it did not work, for people. */
export function saidOf(trouble: Trouble, say: Say): string {
  const { message } = answerOf(trouble);
  if (trouble.kind === 'offline') return say('unreachable');
  if (trouble.kind === 'forbidden' || trouble.kind === 'broken' || !message) {
    return trouble.kind === 'forbidden' ? (message ?? say('not allowed')) : say('failed action');
  }
  return message;
}

function answerOf({ answer }: Trouble): { message?: string; errors?: Record<string, string | string[]> } {
  return typeof answer === 'object' && answer !== null ? answer : {};
}
