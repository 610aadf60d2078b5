import type { WireWidgetSettings } from '../../server/doors/support-api/wire-settings.ts';
import type { Hours } from './hours.ts';
import type { Texts } from './texts/texts.ts';

export type AskedField = 'name' | 'email' | 'phone';

/** How the widget looks and what it says. The page's word counts over the server's, the server's over ours. */
export interface WidgetSettings {
  title?: string;
  /** Any CSS colour as `#rrggbb`. */
  color?: string;
  theme?: 'light' | 'dark' | 'auto';
  /** The corner, in the direction of writing. */
  side?: 'start' | 'end';
  locale?: string;
  direction?: 'ltr' | 'rtl';
  texts?: Texts;
  greeting?: string;
  topics?: readonly string[];
  faq?: readonly { question: string; answer: string }[];
  /** What a guest is asked before the first message. */
  ask?: readonly AskedField[];
  replyMinutes?: number;
  hours?: Hours | null;
  category?: string;
}

export interface SocketSettings {
  key: string;
  path: string;
}

export interface ServerWord {
  socket: SocketSettings | null;
  look: WidgetSettings;
}

/** What the server sends, in our words. */
export function settingsFrom(wire: unknown): ServerWord {
  const { key, socket_path: path, widget } = (wire ?? {}) as Partial<WireWidgetSettings>;
  const { reply_minutes: replyMinutes, hours, ...look } = widget ?? { hours: null };
  return {
    socket: typeof key === 'string' ? { key, path: path ?? '' } : null,
    look: {
      ...look,
      ...(replyMinutes ? { replyMinutes } : {}),
      ...(hours ? { hours: { isOpen: hours.is_open, opensAt: hours.opens_at, timezone: hours.timezone } } : {}),
    },
  };
}

/** Leaves out what is not set, so that it hides nothing. */
export function given<Kind extends object>(settings: Kind): Partial<Kind> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<Kind>;
}
