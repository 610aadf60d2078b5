import type { TeamMember } from '../desk/wire.ts';
import type { Language } from '../texts/texts.ts';
import type { HistoryEntry } from './history.ts';
import type { Word } from './words.ts';

export interface Telling {
  word: Word;
  language: Language;
  team: readonly TeamMember[];
}

/** What became of a room, as a sentence; empty for what says nothing to people. */
export function changeText({ actor, change, type }: HistoryEntry, { word, language, team }: Telling): string {
  const { say, fullTime } = language;
  const name = actor?.name ?? word('the server');
  const given = change?.to;
  switch (change?.what) {
    case 'status':
      return isOne(given, ['open', 'assigned', 'resolved', 'closed'])
        ? word('changed status', { name, to: say(`status ${given}`) })
        : '';
    case 'priority':
      return isOne(given, ['low', 'normal', 'high', 'urgent'])
        ? word('changed priority', { name, to: say(given) })
        : '';
    case 'assignee': {
      if (given === null) return word('gave back', { name });
      if (given === actor?.id) return word('took', { name });
      return word('gave to', { name, to: team.find(({ id }) => id === given)?.name ?? `#${given}` });
    }
    case 'category':
      return word('changed category', { name, to: String(given ?? '') });
    case 'labels':
      return word('changed labels', { name });
    case 'snooze':
      return typeof given === 'number' && given < FAR
        ? word('snoozed', { name, to: fullTime(given) })
        : word(given === null ? 'woke' : 'snoozed until reply', { name });
    case undefined:
      break;
    default:
      return '';
  }
  switch (type) {
    case 'room.created':
      return word('began chat', { name });
    case 'visitor.blocked':
      return word('blocked by', { name });
    case 'visitor.unblocked':
      return word('unblocked by', { name });
    default:
      return '';
  }
}

/** What is put off until the visitor writes is put off until then. */
const FAR = Date.UTC(3000, 0);

function isOne<Option extends string>(value: unknown, options: readonly Option[]): value is Option {
  return options.some((option) => option === value);
}
