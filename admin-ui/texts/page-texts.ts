import { use } from 'react';
import { useLanguage } from '../frame/surroundings.ts';
import { type Locale, type SayOf, sayIn, type Text } from './texts.ts';

type Fetched<Name extends string> = () => Promise<Record<Name, Text>>;

/** The texts of one page, which come with it rather than with the panel. What cannot be fetched is said in English. */
export function pageTexts<Name extends string>(
  en: Record<Name, Text>,
  others: Record<Exclude<Locale, 'en'>, Fetched<Name>>,
): () => SayOf<Name> {
  const english = sayIn('en', en);
  const known = new Map<Locale, Promise<SayOf<Name>>>([['en', Promise.resolve(english)]]);
  const inLanguage = (locale: Locale): Promise<SayOf<Name>> => {
    const asked =
      known.get(locale) ??
      others[locale as Exclude<Locale, 'en'>]().then(
        (texts) => sayIn(locale, texts),
        () => english,
      );
    known.set(locale, asked);
    return asked;
  };
  return function usePageTexts() {
    return use(inLanguage(useLanguage().locale));
  };
}
