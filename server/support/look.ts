import { invalid, lineOf, textOf } from './input.ts';

/** How the widget looks and what it says; what is left out, the widget says in words of its own. */
export interface Look {
  title?: string;
  /** `#rrggbb` */
  color?: string;
  theme?: 'light' | 'dark' | 'auto';
  /** The corner, in the direction of writing. */
  side?: 'start' | 'end';
  locale?: string;
  greeting?: string;
  topics?: string[];
  faq?: { question: string; answer: string }[];
  /** What a guest is asked before the first message. */
  ask?: ('name' | 'email' | 'phone')[];
  /** In how many minutes an answer is promised; left out, it is measured. */
  replyMinutes?: number;
  category?: string;
}

/** Without what is empty, which is the way of a form to say that it is not set. @throws Refusal */
export function checkedLook(asked: Look): Look {
  const look: Look = {};
  const line = (name: 'title' | 'category', characters: number) => {
    const text = lineOf(`look.${name}`, asked[name] ?? '', characters);
    if (text !== '') look[name] = text;
  };
  line('title', 100);
  line('category', 100);
  const greeting = textOf('look.greeting', asked.greeting ?? '', 500);
  if (greeting !== '') look.greeting = greeting;
  if (asked.color) {
    if (!/^#[0-9a-f]{6}$/i.test(asked.color)) throw invalid('look.color', 'The color field must be like #64748b.');
    look.color = asked.color.toLowerCase();
  }
  if (asked.locale) {
    if (!/^[a-z]{2,3}(-[a-z0-9]{2,8})*$/i.test(asked.locale)) {
      throw invalid('look.locale', 'The locale field must be like uk or en-GB.');
    }
    look.locale = asked.locale;
  }
  if (asked.theme) look.theme = asked.theme;
  if (asked.side) look.side = asked.side;
  if (asked.replyMinutes) look.replyMinutes = asked.replyMinutes;
  const topics = (asked.topics ?? []).map((topic) => lineOf('look.topics', topic, 100)).filter((topic) => topic !== '');
  if (topics.length > 0) look.topics = [...new Set(topics)];
  const faq = (asked.faq ?? []).map(({ question, answer }) => ({
    question: lineOf('look.faq', question, 300),
    answer: textOf('look.faq', answer, 2000),
  }));
  if (faq.some(({ question, answer }) => question === '' || answer === '')) {
    throw invalid('look.faq', 'A question needs an answer, and an answer a question.');
  }
  if (faq.length > 0) look.faq = faq;
  if (asked.ask && asked.ask.length > 0) look.ask = [...new Set(asked.ask)];
  return look;
}
