/** Why the house said no. Each door renders these in the error shape its wire promises (`doors/<door>/refusals.ts`). */
export type RefusalKind =
  | 'unauthenticated'
  | 'forbidden'
  | 'not-found'
  | 'conflict'
  | 'gone'
  | 'invalid'
  | 'too-large'
  | 'too-many';

/** Which rule a field broke, as Laravel's language files name it (`required`, `max.string`), and the number in that rule. */
export interface Reason {
  rule: string;
  limit?: number;
}

export interface RefusalDetails {
  /** `invalid`: what is wrong with which field, in the order the fields were checked. */
  fields?: Record<string, string[]>;
  /** The same for whoever says it in another language: of each field its first, where the rule has a name. */
  reasons?: Record<string, Reason>;
  /** `too-many`: when to come back. */
  retryAfterSeconds?: number;
  /** `conflict`: what stands instead (the room somebody else took, the message already stored under this id). */
  current?: unknown;
}

/** "The rules say no": an expected answer, not a fault. Anything else that is thrown is a bug. */
export class Refusal extends Error {
  readonly kind: RefusalKind;
  readonly details: RefusalDetails;

  constructor(kind: RefusalKind, message: string, details: RefusalDetails = {}) {
    super(message);
    this.name = 'Refusal';
    this.kind = kind;
    this.details = details;
  }
}
