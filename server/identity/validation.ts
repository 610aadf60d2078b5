import { Refusal } from '../refusal.ts';

/** What a form sent, before anything is known about it. */
export type Form = Record<string, unknown>;

/**
 * Checks one form field by field in Laravel's words, and refuses it as a whole: the frontends show the messages as they
 * come. Text is trimmed, and empty text is no text, as Laravel's middleware has it.
 */
export class Checked {
  readonly #form: Form;
  readonly #fields: Record<string, string[]> = {};

  constructor(form: Form) {
    this.#form = form;
  }

  text(field: string, rules: { most: number; least?: number; isSecret?: true }): string {
    const text = this.optionalText(field, rules);
    if (text === null && !this.#fields[field]) this.fail(field, `The ${field} field is required.`);
    return text ?? '';
  }

  optionalText(field: string, rules: { most: number; least?: number; isSecret?: true }): string | null {
    const value = this.#form[field];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') return this.fail(field, `The ${field} field must be a string.`);
    // A password is what was typed, blanks and all.
    const text = rules.isSecret ? value : value.trim();
    if (text === '') return null;
    if (text.includes('\0')) return this.fail(field, `The ${field} field must be a string.`);
    const length = [...text].length;
    if (length > rules.most)
      return this.fail(field, `The ${field} field must not be greater than ${rules.most} characters.`);
    if (length < (rules.least ?? 0))
      return this.fail(field, `The ${field} field must be at least ${rules.least} characters.`);
    return text;
  }

  /** In lower case: one person, one account, however the address is typed. */
  email(field: string): string {
    const text = this.text(field, { most: 255 }).toLowerCase();
    if (text !== '' && !isEmail(text)) this.fail(field, `The ${field} field must be a valid email address.`);
    return text;
  }

  optionalEmail(field: string): string | null {
    const text = this.optionalText(field, { most: 255 })?.toLowerCase() ?? null;
    if (text !== null && !isEmail(text)) this.fail(field, `The ${field} field must be a valid email address.`);
    return text;
  }

  fail(field: string, message: string): null {
    this.#fields[field] = [...(this.#fields[field] ?? []), message];
    return null;
  }

  /** Throws the refusal when anything was wrong. */
  done(): void {
    const [first] = Object.values(this.#fields).flat();
    if (first !== undefined) throw new Refusal('invalid', first, { fields: this.#fields });
  }
}

function isEmail(text: string): boolean {
  return (
    /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@."(),:;<>[\\\]]+(\.[^\s@."(),:;<>[\\\]]+)*$/u.test(text) &&
    !/^\.|\.\.|\.@/.test(text)
  );
}
