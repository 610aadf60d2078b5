import { troubleFrom } from '../../client/chat/trouble.ts';
import type { Say } from '../texts/texts.ts';
import { saidOf, saidOfFields } from '../texts/trouble.ts';

/** What is wrong, by the field it is wrong with, as the server names it; what concerns no field stands under ''. */
export type Faults = Readonly<Record<string, string>>;

export const none: Faults = {};

export function faultsFrom(error: unknown, say: Say): Faults {
  const trouble = troubleFrom(error);
  const ofFields = saidOfFields(trouble, say);
  return Object.keys(ofFields).length > 0 ? ofFields : { '': saidOf(trouble, say) };
}

/** The fault of a field, or of something in it: `look.faq` has those of `look.faq.0.answer`. */
export function faultAt(faults: Faults, field: string): string | undefined {
  return faults[field] ?? Object.entries(faults).find(([name]) => name.startsWith(`${field}.`))?.[1];
}
