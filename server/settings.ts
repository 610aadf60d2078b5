/** A wrong setting, named as its user wrote it. */
export class SettingsError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.name = 'SettingsError';
    this.problems = problems;
  }
}

export interface Range {
  min?: number;
  max?: number;
}

const TRUE = /^\(?(?:1|true|on|yes)\)?$/i;
const FALSE = /^\(?(?:0|false|off|no)\)?$/i;
const NULL = /^(?:\(?null\)?|\(?empty\)?|)$/i;

/**
 * Reads settings by name and keeps every problem, so that all are told at once. Each reader returns a usable value even
 * where it noted a problem; `finish` throws if there was any. What is empty or `null` counts as not set, as in Laravel.
 */
export class Settings {
  readonly problems: string[];
  readonly #lookUp: (name: string) => unknown;
  readonly #describe: (name: string) => string;

  constructor(
    lookUp: (name: string) => unknown,
    describe: (name: string) => string = (name) => name,
    problems: string[] = [],
  ) {
    this.#lookUp = lookUp;
    this.#describe = describe;
    this.problems = problems;
  }

  has(name: string): boolean {
    return this.#value(name) !== undefined;
  }

  text(name: string): string | null {
    const value = this.#value(name);
    if (value === undefined) return null;
    if (typeof value === 'string' || typeof value === 'number') return String(value);
    this.note(name, 'must be text');
    return null;
  }

  requiredText(name: string): string {
    const value = this.text(name);
    if (value === null) this.note(name, 'is not set');
    return value ?? '';
  }

  integer(name: string, otherwise: number, range?: Range): number;
  integer(name: string, otherwise: null, range?: Range): number | null;
  integer(name: string, otherwise: number | null, { min = 0, max = Number.MAX_SAFE_INTEGER }: Range = {}) {
    const value = this.#value(name);
    if (value === undefined) return otherwise;
    const number = typeof value === 'number' ? value : /^-?\d+$/.test(String(value)) ? Number(value) : Number.NaN;
    if (Number.isSafeInteger(number) && number >= min && number <= max) return number;
    const bounds = max === Number.MAX_SAFE_INTEGER ? `of at least ${min}` : `from ${min} to ${max}`;
    this.note(name, `must be a whole number ${bounds}, not ${JSON.stringify(value)}`);
    return otherwise;
  }

  flag(name: string, otherwise: boolean): boolean {
    const value = this.#value(name);
    if (value === undefined) return otherwise;
    if (TRUE.test(String(value))) return true;
    if (FALSE.test(String(value))) return false;
    this.note(name, `must be on or off, not ${JSON.stringify(value)}`);
    return otherwise;
  }

  oneOf<Choice extends string>(name: string, choices: readonly Choice[], otherwise: Choice): Choice {
    const value = this.#value(name);
    if (value === undefined) return otherwise;
    const choice = choices.find((each) => each === value);
    if (choice === undefined) this.note(name, `must be one of ${choices.join(', ')}, not ${JSON.stringify(value)}`);
    return choice ?? otherwise;
  }

  /** Comma-separated text, or a JSON array of texts. */
  list(name: string, otherwise: readonly string[]): readonly string[] {
    const value = this.#value(name);
    if (value === undefined) return otherwise;
    const items = Array.isArray(value) ? value : String(value).split(',');
    if (items.every((item) => typeof item === 'string')) return items.map((item) => item.trim()).filter(Boolean);
    this.note(name, 'must be a list of texts');
    return otherwise;
  }

  note(name: string, problem: string): void {
    this.problems.push(`${this.#describe(name)} ${problem}.`);
  }

  /** @throws SettingsError with every problem noted so far */
  finish(): void {
    if (this.problems.length > 0) throw new SettingsError(this.problems);
  }

  #value(name: string): unknown {
    const value = this.#lookUp(name);
    return value === null || (typeof value === 'string' && NULL.test(value.trim())) ? undefined : value;
  }
}
