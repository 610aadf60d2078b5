import { type FormEvent, useEffect, useState } from 'react';
import { type Trouble, troubleFrom } from '../../client/chat/trouble.ts';
import type { Form } from '../desk/desk-api.ts';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { Say } from '../texts/texts.ts';

/** For those who have an account; the first one, and everybody's password, are made at `/set-up`. */
export function SignIn({ isAgain = false }: { isAgain?: boolean }) {
  const { say } = useLanguage();
  const { session } = useSurroundings();
  const before = useStore(session.state, (state) => state.trouble);
  const wasEnded = useStore(session.state, (state) => state.wasEnded);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(before);
  const left = useSecondsLeft(trouble);
  const isHeldOff = trouble?.kind === 'too-many' && left > 0;
  const title = isAgain ? 'sign-in again' : 'sign-in';

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Form;
    setBusy(true);
    setTrouble(null);
    try {
      await session.enter(form);
    } catch (error) {
      setTrouble(troubleFrom(error));
      setBusy(false);
    }
  };
  return (
    <form onSubmit={submit} className="grid w-[min(22rem,90vw)] gap-4 p-6">
      <div>
        {!isAgain && <p className="mb-6 text-sm font-semibold tracking-wide text-muted">Antiphon</p>}
        <h1 className="text-2xl font-semibold">{say(title)}</h1>
        {isAgain && <p className="mt-2 text-muted">{say('sign-in again why')}</p>}
      </div>
      <label className="grid gap-1.5 font-medium">
        {say('email')}
        {/* biome-ignore lint/a11y/noAutofocus: the only thing to do here */}
        <input className="field" required autoFocus name="email" type="email" autoComplete="username" />
      </label>
      <label className="grid gap-1.5 font-medium">
        {say('password')}
        <input className="field" required name="password" type="password" autoComplete="current-password" />
      </label>
      <p role="alert" className="text-bad empty:hidden">
        {wasEnded && trouble === before
          ? say('access ended')
          : trouble && trouble.kind !== 'too-many'
            ? saidOf(trouble, say)
            : ''}
        {trouble?.kind === 'too-many' && say(left > 0 ? 'too many attempts' : 'attempt again')}
      </p>
      {/* Beside the alert: a number that is read out every second helps nobody. */}
      {isHeldOff && <p className="text-muted tabular-nums">{say('wait seconds', { n: left })}</p>}
      <button type="submit" className="button-main justify-center py-2.5" disabled={isBusy || isHeldOff}>
        {isBusy ? say('one moment') : say(title)}
      </button>
      {!isAgain && <p className="text-[13px] text-muted">{say('first time')}</p>}
    </form>
  );
}

/** How long the server still wants to be left alone. */
function useSecondsLeft(trouble: Trouble | null): number {
  const [left, setLeft] = useState(0);
  useEffect(() => {
    const waitMs = trouble?.retryAfterMs ?? 0;
    const until = Date.now() + waitMs;
    const count = () => setLeft(Math.max(0, Math.ceil((until - Date.now()) / 1000)));
    count();
    if (waitMs === 0) return;
    const counting = setInterval(count, 500);
    return () => clearInterval(counting);
  }, [trouble]);
  return left;
}

function saidOf(trouble: Trouble, say: Say): string {
  if (trouble.kind === 'invalid') return say('wrong sign-in');
  if (trouble.kind === 'forbidden') return say('not of the team');
  return say(trouble.kind === 'offline' ? 'unreachable' : 'failed action');
}
