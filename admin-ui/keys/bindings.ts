import type { Say } from '../texts/texts.ts';

const views = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** What the keyboard can do, in the order the help lists it. */
export const actions = [
  'next chat',
  'previous chat',
  'search',
  'choose chat',
  'tab open',
  'tab assigned',
  'tab urgent',
  'tab unread',
  'take',
  'assign to',
  'hand over',
  'resolve',
  'resolve and next',
  'close',
  'reopen',
  'low',
  'normal',
  'high',
  'urgent',
  'mark unread',
  'snooze',
  'focus composer',
  'note',
  'canned',
  'edit last',
  'send and resolve',
  'leave composer',
  'find',
  'details',
  'palette',
  'alerts',
  'mute sound',
  'keyboard',
  ...views.map((number) => `view ${number}` as const),
] as const;
type View = `view ${(typeof views)[number]}`;
export type Action = (typeof actions)[number];

/**
 * Physical keys, so that a Cyrillic layout changes nothing, with what is held before them: `Control+Shift+KeyM`.
 * `Control` is ⌘ too. Two after another have a space between: `KeyG KeyO`.
 */
export type Chord = string;

export type Bindings = Readonly<Record<Action, readonly Chord[]>>;

export const defaults: Bindings = {
  'next chat': ['KeyJ', 'ArrowDown'],
  'previous chat': ['KeyK', 'ArrowUp'],
  search: ['KeyF'],
  'choose chat': ['KeyX'],
  'tab open': ['KeyG KeyO'],
  'tab assigned': ['KeyG KeyA'],
  'tab urgent': ['KeyG KeyU'],
  'tab unread': ['KeyG KeyR'],
  take: ['KeyA'],
  'assign to': ['Shift+KeyA'],
  'hand over': [],
  resolve: ['KeyE'],
  'resolve and next': ['Shift+KeyE'],
  close: ['KeyC'],
  reopen: ['KeyO'],
  low: ['KeyP Digit1'],
  normal: ['KeyP Digit2'],
  high: ['KeyP Digit3'],
  urgent: ['KeyP Digit4'],
  'mark unread': ['KeyU'],
  snooze: ['KeyH'],
  'focus composer': ['Enter'],
  note: ['KeyN'],
  canned: ['Slash'],
  'edit last': ['Alt+ArrowUp'],
  'send and resolve': ['Control+Shift+Enter'],
  'leave composer': ['Escape'],
  find: ['Control+KeyF'],
  details: [],
  palette: ['Control+KeyK'],
  alerts: [],
  'mute sound': ['Control+Shift+KeyM'],
  keyboard: ['Shift+Slash'],
  ...(Object.fromEntries(views.map((number) => [`view ${number}`, [`Digit${number}`]])) as Record<View, Chord[]>),
};

type Pressed = Pick<KeyboardEvent, 'ctrlKey' | 'metaKey' | 'altKey' | 'shiftKey' | 'code'>;

export function chordOf({ ctrlKey, metaKey, altKey, shiftKey, code }: Pressed): Chord {
  const held = [(ctrlKey || metaKey) && 'Control', altKey && 'Alt', shiftKey && 'Shift'];
  return [...held.filter(Boolean), code].join('+');
}

/** Whether it writes nothing: such keys work in fields too. */
export function worksInFields(chord: Chord): boolean {
  return chord.startsWith('Control+') || /^(Escape|F\d+|Alt\+(Shift\+)?(Arrow|Page)\w+)$/.test(chord);
}

/** A key by itself, which people who dictate press by accident [WCAG 2.1.4]. */
export function isSingle(chord: Chord): boolean {
  return !/Control\+|Alt\+/.test(chord) && chord !== 'Escape';
}

/** Who has the key, or begins with it. */
export function ownerOf(bindings: Bindings, chord: Chord, except?: Action): Action | null {
  const begins = `${chord} `;
  const has = (own: Chord) => own === chord || own.startsWith(begins);
  return actions.find((action) => action !== except && bindings[action].some(has)) ?? null;
}

/** Of what was kept, what still is an action with keys; the rest as it comes. */
export function bindingsFrom(kept: unknown): Bindings {
  const said = typeof kept === 'object' && kept !== null ? (kept as Record<string, unknown>) : {};
  const own = actions.flatMap((action) => {
    const chords = said[action];
    const isWhole = Array.isArray(chords) && chords.every((chord) => typeof chord === 'string');
    return isWhole ? [[action, chords as Chord[]] as const] : [];
  });
  return { ...defaults, ...Object.fromEntries(own) };
}

/** What an action is called where it stands by itself. */
export function nameOf(action: Action, say: Say): string {
  switch (action) {
    case 'low':
    case 'normal':
    case 'high':
    case 'urgent':
      return `${say('priority')}: ${say(action)}`;
    case 'tab open':
    case 'tab assigned':
    case 'tab urgent':
    case 'tab unread':
      return `${say('chats')}: ${say(action)}`;
    default:
      return isView(action) ? `${say('views')}: ${action.slice('view '.length)}` : say(action);
  }
}

function isView(action: Action): action is View {
  return action.startsWith('view ');
}

const isMac = typeof navigator !== 'undefined' && /Mac|iP(hone|ad)/.test(navigator.userAgent);
const CAPS: Record<string, string> = {
  ...{ ArrowDown: '↓', ArrowUp: '↑', ArrowLeft: '←', ArrowRight: '→', Escape: 'Esc', Slash: '/', Backslash: '\\' },
  ...{ Comma: ',', Period: '.', Semicolon: ';', Quote: "'", Minus: '-', Equal: '=', Backquote: '`' },
  ...{ BracketLeft: '[', BracketRight: ']', 'Shift+Slash': '?' },
  ...(isMac ? { Control: '⌘', Alt: '⌥', Shift: '⇧' } : { Control: 'Ctrl', Shift: '⇧' }),
};

/** How keys are written. */
export function capsOf(chord: Chord | undefined): string | undefined {
  return chord
    ?.split(' ')
    .map(
      (each) =>
        CAPS[each] ??
        each
          .split('+')
          .map(capOf)
          .join(isMac ? '' : ' '),
    )
    .join(' ');
}

function capOf(key: string): string {
  return CAPS[key] ?? key.replace(/^(Key|Digit)/, '');
}
