import { inEachLanguage, say } from './language.ts';
import type { Texts } from './texts/en.ts';

const MOST = 100;

export interface Entry {
  /** Who said it: this tab, another one, or the server about itself. */
  from: 'here' | 'there' | 'server';
  /** How: the small line above, or the whole of it when there is no text. */
  kind: keyof Texts;
  reason?: string;
  text?: string;
}

/** What was said, in the order it was: this tab's words on one side, what came from elsewhere on the other. */
export function openLog(list: HTMLOListElement): (entry: Entry) => void {
  const view = list.parentElement as HTMLElement;
  view.tabIndex = 0; // it scrolls
  inEachLanguage(() => list.setAttribute('data-nothing', say('nothing')));
  return (entry) => {
    const item = document.createElement('li');
    item.className = entry.from;
    const head = document.createElement('span');
    head.className = 'kind';
    inEachLanguage(() => {
      head.textContent = headOf(entry);
    });
    const time = document.createElement('time');
    const now = new Date();
    time.dateTime = now.toISOString();
    time.textContent = now.toLocaleTimeString(document.documentElement.lang);
    item.append(head, time);
    if (entry.text !== undefined) {
      const words = document.createElement('p');
      words.dir = 'auto';
      words.textContent = entry.text;
      item.append(words);
    }
    list.append(item);
    while (list.children.length > MOST) list.firstElementChild?.remove();
    view.scrollTop = view.scrollHeight;
  };
}

function headOf({ from, kind, reason = '' }: Entry): string {
  const how = say(kind, { reason });
  return from === 'here' ? `${say('you')} · ${how}` : how;
}
