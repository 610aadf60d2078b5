import type { Trouble } from '../../client/chat/trouble.ts';
import type { Say, TextName } from './texts.ts';

/** What the server answers of input it refuses; see `server/refusal.ts`. */
interface Answer {
  errors?: Record<string, string[]>;
  reasons?: Record<string, { rule: string; limit?: number }>;
}

/** Trouble, as it comes or as it was put down. */
type Said = Pick<Trouble, 'kind' | 'reason'> & { answer?: unknown };

/** Rules by the names the server gives them, and what is said when one is broken. */
const RULES: Record<string, TextName> = {
  required: 'needed',
  unique: 'taken',
  email: 'bad email',
  after: 'to come',
  'min.string': 'at least characters',
  'max.string': 'at most characters',
  'min.numeric': 'at least',
  'max.numeric': 'at most',
  'max.array': 'at most items',
};

/** Why it did not work, in the agent's language. */
export function saidOf(trouble: Said, say: Say): string {
  const [ofField] = Object.values(saidOfFields(trouble, say));
  if (ofField !== undefined) return ofField;
  switch (trouble.kind) {
    case 'offline':
      return say('unreachable');
    case 'forbidden':
      return say('not allowed');
    case 'missing':
      return say('is gone');
    case 'conflict':
      return say('changed meanwhile');
    case 'too-many':
      return say('too many attempts');
    default:
      return trouble.reason ?? say('failed action');
  }
}

/** What is wrong with which field: where the rule has no name, in the server's own words, which are English. */
export function saidOfFields({ answer }: Pick<Said, 'answer'>, say: Say): Record<string, string> {
  const { errors = {}, reasons = {} } = (typeof answer === 'object' && answer !== null ? answer : {}) as Answer;
  const said = Object.entries(errors).map(([field, messages]) => {
    const { rule, limit = 0 } = reasons[field] ?? {};
    if (rule === undefined) return [field, String([messages].flat()[0] ?? '')];
    return [field, say(RULES[rule] ?? 'not accepted', { n: limit })];
  });
  return Object.fromEntries(said);
}
