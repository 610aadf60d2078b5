import { createContext, useContext } from 'react';
import type { Desk } from '../desk/desk.ts';
import type { Session } from '../desk/session.ts';
import type { Keys } from '../keys/keys.ts';
import type { Language } from '../texts/texts.ts';
import type { Way } from './address.ts';
import type { Looks } from './looks.ts';
import type { Shell } from './shell.ts';

/** What every part of the panel may need. */
export interface Surroundings {
  session: Session;
  looks: Looks;
  way: Way;
  keys: Keys;
  shell: Shell;
  /** Says something in passing, such as what did not work. */
  tell(text: string): void;
}

export const SurroundingsContext = createContext<Surroundings | null>(null);
export const LanguageContext = createContext<Language | null>(null);
export const DeskContext = createContext<Desk | null>(null);

function present<Value>(value: Value | null): Value {
  if (value === null) throw new Error('drawn outside of the panel');
  return value;
}
export const useSurroundings = () => present(useContext(SurroundingsContext));
export const useLanguage = () => present(useContext(LanguageContext));
export const useDesk = () => present(useContext(DeskContext));
