import { pageTexts } from '../texts/page-texts.ts';
import { en } from './texts/en.ts';

export const useWords = pageTexts(en, {
  uk: async () => (await import('./texts/uk.ts')).uk,
  ru: async () => (await import('./texts/ru.ts')).ru,
  fr: async () => (await import('./texts/fr.ts')).fr,
});
