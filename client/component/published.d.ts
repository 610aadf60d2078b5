import type { ReactNode } from 'react';

/** What a visitor says of themselves, and your site's proof of it. */
export interface Identity {
  name?: string | undefined;
  email?: string | undefined;
  phone?: string | undefined;
  locale?: string | undefined;
  /** With `userHash` (HMAC-SHA256 of it with the site's secret); or an `identityToken` (a JWT signed with it) alone. */
  userId?: string | undefined;
  userHash?: string | undefined;
  identityToken?: string | undefined;
}

export interface LiveChatWidgetProps {
  /** Where the server is: `https://chat.example.com`. */
  server: string;
  identity?: Identity;
  /** A token of a user who signed in to the server; left out, the visitor is a guest. */
  token?: string | undefined;
  /** Parts of your site where the chat has no place, by the beginning of their path. */
  hiddenPaths?: readonly string[];
  /** Of the page's policy for styles; only browsers without constructed style sheets need it. */
  nonce?: string;
  onEvent?(name: 'open' | 'close' | 'unread' | 'message' | 'unauthenticated', detail: unknown): void;
  title?: string;
  /** `#rrggbb` */
  color?: string;
  theme?: 'light' | 'dark' | 'auto';
  side?: 'start' | 'end';
  /** uk, ru, en and fr are built in. */
  locale?: string;
  direction?: 'ltr' | 'rtl';
  /** Another language, or other words: by name, as text or by plural form. */
  texts?: Record<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>;
  greeting?: string;
  topics?: readonly string[];
  faq?: readonly { question: string; answer: string }[];
  /** What a guest is asked before the first message. */
  ask?: readonly ('name' | 'email' | 'phone')[];
  replyMinutes?: number;
  /** `opensAt`: when somebody is there again, ISO 8601; `timezone`: as `Europe/Kyiv`. */
  hours?: { isOpen: boolean; opensAt: string | null; timezone: string } | null;
  category?: string;
}

export function LiveChatWidget(props: LiveChatWidgetProps): ReactNode;
