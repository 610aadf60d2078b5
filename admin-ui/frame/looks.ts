import type { Keeper } from '../../client/chat/keeping.ts';
import { type Store, storeOf } from '../../client/chat/store.ts';
import { type Locale, localeFor, locales } from '../texts/texts.ts';

export interface LooksState {
  theme: 'auto' | 'light' | 'dark';
  density: 'comfortable' | 'compact';
  locale: Locale;
  hasSound: boolean;
  hasSingleKeys: boolean;
}

export interface Looks {
  state: Store<LooksState>;
  change(change: Partial<LooksState>): void;
}

/** How one likes the panel, on this device. */
export function looksOf(keeper: Keeper): Looks {
  const one = <Kind extends string>(name: string, options: readonly Kind[], otherwise: Kind): Kind =>
    options.find((option) => option === keeper.read(name)) ?? otherwise;
  const store = storeOf<LooksState>({
    theme: one('theme', ['auto', 'light', 'dark'], 'auto'),
    density: one('density', ['comfortable', 'compact'], 'comfortable'),
    locale: one('locale', locales, localeFor(navigator.languages)),
    hasSound: keeper.read('hasSound') !== 'false',
    hasSingleKeys: keeper.read('hasSingleKeys') !== 'false',
  });
  const show = () => {
    const { theme, density, locale } = store.get();
    Object.assign(document.documentElement.dataset, { theme, density });
    document.documentElement.lang = locale;
  };
  show();
  return {
    state: store,
    change(change) {
      store.set(change);
      for (const [name, value] of Object.entries(change)) keeper.write(name, String(value));
      show();
    },
  };
}
