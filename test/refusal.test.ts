import t from 'tap';
import { Refusal } from '../server/refusal.ts';

t.test('a refusal is an Error that says which rule and carries what the door needs to render it', async (t) => {
  const refusal = new Refusal('too-many', 'Too Many Attempts.', { retryAfterSeconds: 7 });
  t.type(refusal, Error);
  t.match(refusal, { kind: 'too-many', message: 'Too Many Attempts.', details: { retryAfterSeconds: 7 } });
  t.same(new Refusal('not-found', 'No such room').details, {});
});
