import { pageTexts } from '../texts/page-texts.ts';
import { en } from './texts/en.ts';

/** Texts of the conversation and of what is opened from it, which are fetched with them. */
export const useWords = pageTexts(en, {
  uk: async () => (await import('./texts/uk.ts')).uk,
  ru: async () => (await import('./texts/ru.ts')).ru,
  fr: async () => (await import('./texts/fr.ts')).fr,
});

export type WordName = keyof typeof en;
export type Word = ReturnType<typeof useWords>;
