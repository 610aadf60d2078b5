import { invalid } from '../../support/input.ts';

/** A moment as the wire writes it, in epoch milliseconds. @throws Refusal */
export function momentIn(field: string, text: string): number {
  const moment = Date.parse(text);
  if (Number.isNaN(moment)) throw invalid(field, `The ${field} field must be a valid date.`);
  return moment;
}
