import { en } from './en.ts';

/** A text that counts has a form for each kind of number its language knows. */
export type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type TextName = keyof typeof en;
export type Texts = Record<TextName, Text>;
export type SayOf<Name extends string> = (name: Name, values?: Record<string, string | number>) => string;
export type Say = SayOf<TextName>;

export const locales = ['uk', 'ru', 'en', 'fr'] as const;
export type Locale = (typeof locales)[number];

/** How a language calls itself. */
export const languageNames: Record<Locale, string> = {
  uk: 'Українська',
  ru: 'Русский',
  en: 'English',
  fr: 'Français',
};

/** English is always there; the others are fetched by whoever speaks them. */
const others: Record<Exclude<Locale, 'en'>, () => Promise<Texts>> = {
  uk: async () => (await import('./uk.ts')).uk,
  ru: async () => (await import('./ru.ts')).ru,
  fr: async () => (await import('./fr.ts')).fr,
};

export interface Language {
  locale: Locale;
  say: Say;
  number(value: number): string;
  time(at: number): string;
  fullTime(at: number): string;
  /** “Today”, “Yesterday” or the date. */
  day(at: number, now: number): string;
  /** “now”, “5 min”, “3 h”, “2 d”. */
  span(ms: number): string;
  size(bytes: number): string;
  names(names: readonly string[]): string;
}

export function localeFor(wanted: readonly string[]): Locale {
  for (const each of wanted) {
    const own = each.toLowerCase().split('-')[0];
    const known = locales.find((locale) => locale === own);
    if (known) return known;
  }
  return 'en';
}

export async function languageFor(locale: Locale): Promise<Language> {
  if (locale === 'en') return languageOf('en', en, regional('en'));
  return others[locale]().then(
    (texts) => languageOf(locale, texts, regional(locale)),
    () => languageOf('en', en, regional('en')),
  );
}

/** Of one language's regions, the reader's own: dates and clocks differ. */
function regional(locale: Locale): string {
  return navigator.languages.find((each) => each.split('-')[0] === locale) ?? locale;
}

export function languageOf(locale: Locale, texts: Texts, region: string = locale): Language {
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  const days = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(region, options);
    return (at: number) => formatter.format(at);
  };
  const unit = (name: string) => {
    const formatter = new Intl.NumberFormat(locale, { style: 'unit', unit: name, unitDisplay: 'short' });
    return (value: number) => formatter.format(value);
  };
  const date = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const [minutes, hours, dayCount] = [unit('minute'), unit('hour'), unit('day')];
  return {
    locale,
    say: sayIn(locale, texts),
    number: (value) => number.format(value),
    time: format({ hour: '2-digit', minute: '2-digit' }),
    fullTime: format({ dateStyle: 'full', timeStyle: 'short' }),
    day(at, now) {
      const ago = Math.round((startOfDay(at) - startOfDay(now)) / 86_400_000);
      const word = ago === 0 || ago === -1 ? days.format(ago, 'day') : date(at);
      return word.charAt(0).toLocaleUpperCase(locale) + word.slice(1);
    },
    span(ms) {
      const passed = Math.max(0, Math.floor(ms / 60_000));
      if (passed < 60) return minutes(passed);
      if (passed < 24 * 60) return hours(Math.floor(passed / 60));
      return dayCount(Math.floor(passed / 1440));
    },
    size: (bytes) =>
      bytes < 1024 * 1024 ? `${number.format(Math.ceil(bytes / 1024))} kB` : `${number.format(bytes / 1024 / 1024)} MB`,
    names: (names) => list.format(names),
  };
}

/** Finds the text, in the form its number asks for, and puts in what stands in braces. */
export function sayIn<Name extends string>(locale: Locale, texts: Record<Name, Text>): SayOf<Name> {
  const plural = new Intl.PluralRules(locale);
  const number = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
  return (name, values = {}) => {
    const text: Text = texts[name];
    const form = typeof text === 'string' ? text : (text[plural.select(Number(values.n))] ?? text.other ?? '');
    return form.replace(/\{(\w+)\}/g, (_, key) => {
      const value = values[key] ?? '';
      return typeof value === 'number' ? number.format(value) : value;
    });
  };
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}
