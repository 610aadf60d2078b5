import { keeperOf } from '../../client/chat/keeping.ts';
import { storeOf } from '../../client/chat/store.ts';
import {
  type Action,
  actions,
  type Bindings,
  bindingsFrom,
  type Chord,
  capsOf,
  chordOf,
  defaults,
  isSingle,
  worksInFields,
} from './bindings.ts';

export type { Action };

export interface KeysState {
  bindings: Bindings;
  /** Whether Enter by itself sends; if not, Ctrl or ⌘ with Enter does. */
  sendsOnEnter: boolean;
}

/** What is done; `false`: nothing was, and the browser may do what it does. */
type Doer = () => unknown;

export type Keys = ReturnType<typeof keysOf>;

/** How long the second of two keys is waited for. */
const SEQUENCE_MS = 1500;
const TEXT_FIELDS = 'textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=button])';

/** Calls what is bound to a key, if some part of the panel can do it now. */
export function keysOf(hasSingleKeys: () => boolean) {
  const keeper = keeperOf('antiphon.panel.');
  const store = storeOf<KeysState>({
    bindings: bindingsFrom(parsed(keeper.read('keys'))),
    sendsOnEnter: keeper.read('sendsOnEnter') !== 'false',
  });
  const doers = new Map<Action, Doer>();
  let first: { chord: Chord; at: number } | null = null;

  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open], [role=menu]')) return;
    // The right Alt writes letters on many layouts, and arrives as Ctrl with Alt.
    if (event.getModifierState('AltGraph') || (event.ctrlKey && event.altKey)) return;
    const chord = chordOf(event);
    const isInField = event.target instanceof Element && event.target.matches(TEXT_FIELDS);
    if ((isInField && !worksInFields(chord)) || (isSingle(chord) && !hasSingleKeys())) return;
    const before = first && event.timeStamp - first.at < SEQUENCE_MS ? `${first.chord} ` : '';
    first = null;
    const { bindings } = store.get();
    const action = actions.find((each) => bindings[each].includes(before + chord));
    if (action) run(action, event);
    else if (before === '' && actions.some((each) => bindings[each].some((own) => own.startsWith(`${chord} `)))) {
      first = { chord, at: event.timeStamp };
    }
  }

  function run(action: Action, event: KeyboardEvent): void {
    // Enter means something to buttons, links and lists themselves.
    const isTheirs = event.target instanceof Element && event.target.matches('button, a, summary, [role=tab]');
    if (isTheirs && event.code === 'Enter') return;
    const act = doers.get(action);
    if (act && act() !== false) event.preventDefault();
  }
  addEventListener('keydown', pressed);

  function bind(bindings: Bindings): void {
    store.set({ bindings });
    const own = actions.filter((action) => bindings[action].join() !== defaults[action].join());
    keeper.write(
      'keys',
      own.length > 0 ? JSON.stringify(Object.fromEntries(own.map((each) => [each, bindings[each]]))) : null,
    );
  }

  return {
    state: { get: store.get, subscribe: store.subscribe },
    /** Says who does it, until the answer is called. */
    can(action: Action, act: Doer): () => void {
      doers.set(action, act);
      return () => {
        if (doers.get(action) === act) doers.delete(action);
      };
    },
    possible: () => actions.filter((action) => doers.has(action)),
    run: (action: Action) => void doers.get(action)?.(),
    /** How the keys of an action are written. */
    capsOf: (action: Action) => capsOf(store.get().bindings[action][0]),

    /** The key does this from now on, and nothing else. */
    bind(action: Action, chord: Chord): void {
      const { bindings } = store.get();
      const without = actions.map((each) => [
        each,
        bindings[each].filter((own) => own !== chord && !own.startsWith(`${chord} `)),
      ]);
      bind({ ...(Object.fromEntries(without) as Bindings), [action]: [chord] });
    },
    reset: () => bind(defaults),
    sendOnEnter(sendsOnEnter: boolean): void {
      store.set({ sendsOnEnter });
      keeper.write('sendsOnEnter', sendsOnEnter ? null : 'false');
    },
  };
}

function parsed(text: string | null): unknown {
  try {
    return JSON.parse(text ?? 'null');
  } catch {
    return null;
  }
}
