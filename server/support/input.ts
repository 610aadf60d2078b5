import { type Reason, Refusal } from '../refusal.ts';

/** Refuses one field, in the words Laravel's validator would use; `reason` says it to whoever speaks another language. */
export function invalid(field: string, message: string, reason?: Reason): Refusal {
  const fields = { [field]: [message] };
  return new Refusal('invalid', message, reason ? { fields, reasons: { [field]: reason } } : { fields });
}

export function required(field: string): Refusal {
  return invalid(field, `The ${field.replaceAll('_', ' ')} field is required.`, { rule: 'required' });
}

/** Text as it can be kept: without NUL, which ends strings elsewhere; halves of characters replaced, for UTF-8 has no form for them. */
export function wellFormed(text: string): string {
  return text.replaceAll('\0', '').replace(/\p{Surrogate}/gu, '\uFFFD');
}

/** Well formed, and without the spaces around it, as Laravel takes its input. @throws Refusal when it is too long */
export function textOf(field: string, text: string, characters: number): string {
  const kept = wellFormed(text).trim();
  // As people count: an emoji of two code units is one. What is short in units is short in characters.
  if (kept.length > characters && [...kept].length > characters) {
    const reason = { rule: 'max.string', limit: characters };
    throw invalid(field, `The ${field} field must not be greater than ${characters} characters.`, reason);
  }
  return kept;
}

export function lineOf(field: string, text: string, characters: number): string {
  return textOf(field, text.replace(/\s+/g, ' '), characters);
}

export function oneOf<Value extends string>(field: string, asked: string, values: readonly Value[]): Value {
  const value = values.find((value) => value === asked);
  if (value === undefined) throw invalid(field, `The selected ${field} is invalid.`, { rule: 'in' });
  return value;
}
