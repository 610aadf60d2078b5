import { en } from './en.ts';
import { fr } from './fr.ts';
import { ru } from './ru.ts';
import { uk } from './uk.ts';

/** A text that counts has a form for each kind of number its language knows. */
export type Text = string | Partial<Record<Intl.LDMLPluralRule, string>>;
export type TextName = keyof typeof en;
export type AllTexts = Record<TextName, Text>;
/** A language of the page's own: every text, or only some. */
export type Texts = Partial<AllTexts>;

/** Which language a build brings: the script exists once for each, so that nobody loads four. */
declare const __LANGUAGE__: string;
const built = typeof __LANGUAGE__ === 'undefined' ? 'all' : __LANGUAGE__;

const languages: Record<string, AllTexts> = {
  ...(built === 'all' || built === 'en' ? { en } : {}),
  ...(built === 'all' || built === 'fr' ? { fr } : {}),
  ...(built === 'all' || built === 'ru' ? { ru } : {}),
  ...(built === 'all' || built === 'uk' ? { uk } : {}),
};
const rightToLeft = new Set(['ar', 'fa', 'he', 'ur']);

export interface Language {
  locale: string;
  direction: 'ltr' | 'rtl';
  /** The text, with what stands in braces put in; `n` decides between plural forms. */
  say(name: TextName, values?: Record<string, string | number>): string;
  time(at: number): string;
  fullTime(at: number): string;
  /** “Today”, “Yesterday” or the date. */
  day(at: number, now: number): string;
  size(bytes: number): string;
}

export function languageOf(locale: string, custom: Texts = {}): Language {
  const own = locale.toLowerCase().split('-')[0] ?? '';
  const fallback = built === 'all' ? 'en' : built;
  const texts: Texts = { ...(languages[own] ?? languages[fallback]), ...custom };
  const isKnown = own in languages || Object.keys(custom).length > 0;
  const spoken = supported(isKnown ? locale : fallback);
  const plural = new Intl.PluralRules(spoken);
  const number = new Intl.NumberFormat(spoken, { maximumFractionDigits: 1 });
  const format = (options: Intl.DateTimeFormatOptions) => {
    const formatter = new Intl.DateTimeFormat(spoken, options);
    return (at: number) => formatter.format(at);
  };
  const date = format({ day: 'numeric', month: 'long', year: 'numeric' });
  const days = new Intl.RelativeTimeFormat(spoken, { numeric: 'auto' });
  return {
    locale: spoken,
    direction: rightToLeft.has(own) && isKnown ? 'rtl' : 'ltr',
    say(name, values = {}) {
      const text = texts[name] ?? name;
      const form = typeof text === 'string' ? text : (text[plural.select(Number(values.n))] ?? text.other ?? '');
      return form.replace(/\{(\w+)\}/g, (_, key) => {
        const value = values[key] ?? '';
        return typeof value === 'number' ? number.format(value) : value;
      });
    },
    time: format({ hour: '2-digit', minute: '2-digit' }),
    fullTime: format({ dateStyle: 'full', timeStyle: 'short' }),
    day(at, now) {
      const ago = Math.round((startOfDay(at) - startOfDay(now)) / 86_400_000);
      const word = ago === 0 || ago === -1 ? days.format(ago, 'day') : date(at);
      return word.charAt(0).toLocaleUpperCase(spoken) + word.slice(1);
    },
    size: (bytes) =>
      bytes < 1024 * 1024 ? `${number.format(Math.ceil(bytes / 1024))} kB` : `${number.format(bytes / 1024 / 1024)} MB`,
  };
}

function startOfDay(at: number): number {
  return new Date(at).setHours(0, 0, 0, 0);
}

function supported(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}
