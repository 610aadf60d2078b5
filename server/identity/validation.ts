import { type Reason, Refusal } from '../refusal.ts';

/** What a form sent, before anything is known about it. */
export type Form = Record<string, unknown>;

/**
 * Checks one form field by field in Laravel's words, and refuses it as a whole: the frontends show the messages as they
 * come. Text is trimmed, and empty text is no text, as Laravel's middleware has it.
 */
export class Checked {
  readonly #form: Form;
  readonly #fields: Record<string, string[]> = {};
  readonly #reasons: Record<string, Reason> = {};

  constructor(form: Form) {
    this.#form = form;
  }

  text(field: string, rules: { most: number; least?: number; isSecret?: true }): string {
    const text = this.optionalText(field, rules);
    if (text === null && !this.#fields[field])
      this.fail(field, `The ${field} field is required.`, { rule: 'required' });
    return text ?? '';
  }

  optionalText(field: string, rules: { most: number; least?: number; isSecret?: true }): string | null {
    const value = this.#form[field];
    if (value === undefined || value === null) return null;
    if (typeof value !== 'string') return this.fail(field, `The ${field} field must be a string.`, { rule: 'string' });
    // A password is what was typed, blanks and all.
    const text = rules.isSecret ? value : value.trim();
    if (text === '') return null;
    if (text.includes('\0')) return this.fail(field, `The ${field} field must be a string.`, { rule: 'string' });
    const length = [...text].length;
    const { most, least = 0 } = rules;
    if (length > most) {
      const reason = { rule: 'max.string', limit: most };
      return this.fail(field, `The ${field} field must not be greater than ${most} characters.`, reason);
    }
    if (length < least) {
      const reason = { rule: 'min.string', limit: least };
      return this.fail(field, `The ${field} field must be at least ${least} characters.`, reason);
    }
    return text;
  }

  /** In lower case: one person, one account, however the address is typed. */
  email(field: string): string {
    const text = this.text(field, { most: 255 }).toLowerCase();
    if (text !== '') this.#mustBeEmail(field, text);
    return text;
  }

  optionalEmail(field: string): string | null {
    const text = this.optionalText(field, { most: 255 })?.toLowerCase() ?? null;
    if (text !== null) this.#mustBeEmail(field, text);
    return text;
  }

  #mustBeEmail(field: string, text: string): void {
    if (!isEmail(text)) this.fail(field, `The ${field} field must be a valid email address.`, { rule: 'email' });
  }

  fail(field: string, message: string, reason: Reason): null {
    this.#fields[field] = [...(this.#fields[field] ?? []), message];
    this.#reasons[field] ??= reason;
    return null;
  }

  /** Throws the refusal when anything was wrong. */
  done(): void {
    const [first] = Object.values(this.#fields).flat();
    if (first !== undefined) throw new Refusal('invalid', first, { fields: this.#fields, reasons: this.#reasons });
  }
}

function isEmail(text: string): boolean {
  return (
    /^[^\s@"(),:;<>[\\\]]{1,64}@[^\s@."(),:;<>[\\\]]+(\.[^\s@."(),:;<>[\\\]]+)*$/u.test(text) &&
    !/^\.|\.\.|\.@/.test(text)
  );
}
