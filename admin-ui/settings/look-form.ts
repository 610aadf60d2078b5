import { linesOf } from './origins.ts';
import type { Look } from './settings-api.ts';

export const ASKED = ['name', 'email', 'phone'] as const;
export type Asked = (typeof ASKED)[number];

/** A look as a form shows it: what is not set is empty. */
export interface LookForm {
  title: string;
  color: string;
  theme: '' | 'light' | 'dark' | 'auto';
  side: '' | 'start' | 'end';
  locale: string;
  greeting: string;
  /** One a line. */
  topics: string;
  faq: readonly { question: string; answer: string }[];
  ask: readonly Asked[];
  replyMinutes: string;
  category: string;
}

export function formOf(look: Look | null): LookForm {
  const { title = '', color = '', theme = '', side = '', locale = '', greeting = '', category = '' } = look ?? {};
  return {
    ...{ title, color, theme, side, locale, greeting, category },
    topics: (look?.topics ?? []).join('\n'),
    faq: look?.faq ?? [],
    ask: look?.ask ?? [],
    replyMinutes: look?.reply_minutes ? String(look.reply_minutes) : '',
  };
}

/** Only what is set. */
export function lookOf(form: LookForm): Look {
  const { theme, side, faq, ask, replyMinutes } = form;
  const texts = Object.entries({
    title: form.title.trim(),
    color: form.color.trim(),
    locale: form.locale,
    greeting: form.greeting.trim(),
    category: form.category.trim(),
  }).filter(([, text]) => text !== '');
  const topics = linesOf(form.topics);
  return {
    ...Object.fromEntries(texts),
    ...(theme === '' ? {} : { theme }),
    ...(side === '' ? {} : { side }),
    ...(topics.length > 0 ? { topics } : {}),
    ...(faq.length > 0 ? { faq: [...faq] } : {}),
    ...(ask.length > 0 ? { ask: [...ask] } : {}),
    ...(replyMinutes === '' ? {} : { reply_minutes: Number(replyMinutes) }),
  };
}
