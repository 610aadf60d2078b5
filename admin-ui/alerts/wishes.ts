import { keeperOf } from '../../client/chat/keeping.ts';
import { storeOf, type WritableStore } from '../../client/chat/store.ts';

/** How one wants to be called, on this device. Whether there is sound at all is with the looks: a key turns it off. */
export interface Wishes {
  volume: number;
  /** A room that nobody has. */
  whenNew: 'repeat' | 'once' | 'never';
  /** Something new in a room of one's own. */
  whenMine: 'once' | 'never';
  /** Only while the panel is not looked at. */
  onlyHidden: boolean;
  /** On the desktop too, where the browser lets us. */
  hasDesktop: boolean;
}

const keeper = keeperOf('antiphon.panel.alerts.');

function kept(): Wishes {
  const one = <Kind extends string>(name: string, options: readonly Kind[]): Kind =>
    options.find((option) => option === keeper.read(name)) ?? (options[0] as Kind);
  const volume = Number(keeper.read('volume') ?? '0.5');
  return {
    volume: volume >= 0 && volume <= 1 ? volume : 0.5,
    whenNew: one('whenNew', ['repeat', 'once', 'never']),
    whenMine: one('whenMine', ['once', 'never']),
    onlyHidden: keeper.read('onlyHidden') === 'true',
    hasDesktop: keeper.read('hasDesktop') !== 'false',
  };
}

const store: WritableStore<Wishes> = storeOf(kept());

export const wishes = {
  state: { get: store.get, subscribe: store.subscribe },
  change(change: Partial<Wishes>): void {
    store.set(change);
    for (const [name, value] of Object.entries(change)) keeper.write(name, String(value));
  },
};
