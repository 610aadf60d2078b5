import { priorities } from '../inbox/filter.ts';
import type { Say } from '../texts/texts.ts';

/** What the keyboard can do. */
export type Action =
  | 'next chat'
  | 'previous chat'
  | 'focus composer'
  | 'leave composer'
  | 'take'
  | 'assign to'
  | 'resolve'
  | 'resolve and next'
  | 'close'
  | 'reopen'
  | 'low'
  | 'normal'
  | 'high'
  | 'urgent'
  | 'mark unread'
  | 'snooze'
  | 'note'
  | 'canned'
  | 'edit last'
  | 'palette'
  | 'keyboard'
  | 'mute sound'
  | 'search'
  | 'tab open'
  | 'tab assigned'
  | 'tab urgent'
  | 'tab unread';

interface Binding {
  action: Action;
  /** Physical keys, so that a Cyrillic layout changes nothing; one after the other where there are two. */
  codes: readonly string[];
  shift?: true;
  /** Ctrl, or ⌘ on a Mac. Such keys work in fields too. */
  control?: true;
  alt?: true;
  isInFields?: true;
}

export const bindings: readonly Binding[] = [
  { action: 'next chat', codes: ['KeyJ'] },
  { action: 'next chat', codes: ['ArrowDown'] },
  { action: 'previous chat', codes: ['KeyK'] },
  { action: 'previous chat', codes: ['ArrowUp'] },
  { action: 'focus composer', codes: ['Enter'] },
  { action: 'note', codes: ['KeyN'] },
  { action: 'canned', codes: ['Slash'] },
  { action: 'edit last', codes: ['ArrowUp'], alt: true, isInFields: true },
  { action: 'leave composer', codes: ['Escape'], isInFields: true },
  { action: 'take', codes: ['KeyA'] },
  { action: 'assign to', codes: ['KeyA'], shift: true },
  { action: 'resolve', codes: ['KeyE'] },
  { action: 'resolve and next', codes: ['KeyE'], shift: true },
  { action: 'close', codes: ['KeyC'] },
  { action: 'reopen', codes: ['KeyO'] },
  { action: 'low', codes: ['KeyP', 'Digit1'] },
  { action: 'normal', codes: ['KeyP', 'Digit2'] },
  { action: 'high', codes: ['KeyP', 'Digit3'] },
  { action: 'urgent', codes: ['KeyP', 'Digit4'] },
  { action: 'mark unread', codes: ['KeyU'] },
  { action: 'snooze', codes: ['KeyH'] },
  { action: 'tab open', codes: ['KeyG', 'KeyO'] },
  { action: 'tab assigned', codes: ['KeyG', 'KeyA'] },
  { action: 'tab urgent', codes: ['KeyG', 'KeyU'] },
  { action: 'tab unread', codes: ['KeyG', 'KeyR'] },
  { action: 'palette', codes: ['KeyK'], control: true, isInFields: true },
  { action: 'mute sound', codes: ['KeyM'], control: true, shift: true, isInFields: true },
  { action: 'keyboard', codes: ['Slash'], shift: true },
];

/** How long the second of two keys is waited for. */
const SEQUENCE_MS = 1500;

export type Keys = ReturnType<typeof keysOf>;

/** Calls what is bound to a key, if some part of the panel can do it now. */
export function keysOf(hasSingleKeys: () => boolean) {
  const doers = new Map<Action, () => void>();
  let first: { code: string; at: number } | null = null;

  function pressed(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing || document.querySelector('dialog[open], [role=menu]')) return;
    const isInField = event.target instanceof Element && event.target.matches('input, textarea, select');
    const before = first && event.timeStamp - first.at < SEQUENCE_MS ? first.code : null;
    first = null;
    const fits = bindings.filter((binding) => {
      const isPlain = !binding.control && !binding.alt;
      return (
        (event.ctrlKey || event.metaKey) === (binding.control ?? false) &&
        event.altKey === (binding.alt ?? false) &&
        event.shiftKey === (binding.shift ?? false) &&
        (binding.isInFields || !isInField) &&
        (!isPlain || hasSingleKeys() || binding.codes[0] === 'Escape')
      );
    });
    const both = fits.find(({ codes }) => codes.length === 2 && codes[0] === before && codes[1] === event.code);
    const bound =
      both ?? (before ? undefined : fits.find(({ codes }) => codes.length === 1 && codes[0] === event.code));
    if (bound) {
      // Enter and the arrows mean something to buttons, links and lists themselves.
      const isTheirs = event.target instanceof Element && event.target.matches('button, a, [role=tab]');
      if (isTheirs && event.code === 'Enter') return;
      const act = doers.get(bound.action);
      if (!act) return;
      event.preventDefault();
      act();
    } else if (fits.some(({ codes }) => codes.length === 2 && codes[0] === event.code)) {
      first = { code: event.code, at: event.timeStamp };
    }
  }
  addEventListener('keydown', pressed);

  return {
    /** Says who does it, until the answer is called. */
    can(action: Action, act: () => void): () => void {
      doers.set(action, act);
      return () => {
        if (doers.get(action) === act) doers.delete(action);
      };
    },
    possible: () => [...doers.keys()],
    run: (action: Action) => doers.get(action)?.(),
  };
}

/** What an action is called where it stands by itself. */
export function nameOf(action: Action, say: Say): string {
  if (priorities.some((priority) => priority === action)) return `${say('priority')}: ${say(action)}`;
  return action.startsWith('tab ') ? `${say('chats')}: ${say(action)}` : say(action);
}

const isMac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.userAgent);
const CAPS: Record<string, string> = {
  ArrowDown: '↓',
  ArrowUp: '↑',
  Escape: 'Esc',
  Slash: '/',
};

/** How the keys of an action are written. */
export function capsOf(action: Action): string | undefined {
  const binding = bindings.find((each) => each.action === action);
  if (!binding) return undefined;
  if (binding.action === 'keyboard') return '?';
  const keys = binding.codes.map((code) => CAPS[code] ?? code.replace(/^(Key|Digit)/, ''));
  const held = [binding.control && (isMac ? '⌘' : 'Ctrl'), binding.alt && (isMac ? '⌥' : 'Alt'), binding.shift && '⇧'];
  return [...held.filter(Boolean), keys.join(' ')].join(isMac ? '' : ' ');
}
