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
  /** `opensAt`: when somebody is there again, for people to read. */
  hours?: { isOpen: boolean; opensAt: string } | null;
  category?: string;
}

export interface SocketSettings {
  key: string;
  path: string;
}

/** What the server sends, in our words. Anything it does not know is left out. */
export function settingsFrom(wire: unknown): { socket: SocketSettings | null; look: WidgetSettings } {
  const said = (typeof wire === 'object' && wire !== null ? wire : {}) as Record<string, unknown>;
  const { key, socket_path: path, widget } = said;
  const look = (typeof widget === 'object' && widget !== null ? widget : {}) as Record<string, unknown>;
  const { reply_minutes: replyMinutes, hours, ...same } = look;
  const open = hours as { is_open?: boolean; opens_at?: string } | null | undefined;
  return {
    socket: typeof key === 'string' ? { key, path: typeof path === 'string' ? path : '' } : null,
    look: {
      ...(same as WidgetSettings),
      ...(typeof replyMinutes === 'number' ? { replyMinutes } : {}),
      ...(open ? { hours: { isOpen: open.is_open !== false, opensAt: String(open.opens_at ?? '') } } : {}),
    },
  };
}

/** Leaves out what is not set, so that it hides nothing. */
export function given<Kind extends object>(settings: Kind): Partial<Kind> {
  return Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined)) as Partial<Kind>;
}
