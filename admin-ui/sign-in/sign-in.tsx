import { type FormEvent, useState } from 'react';
import { type Trouble, troubleFrom } from '../../client/chat/trouble.ts';
import type { Form } from '../desk/desk-api.ts';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import type { Say, TextName } from '../texts/texts.ts';

interface Field {
  name: string;
  label: TextName;
  type: string;
  autoComplete: string;
  minLength?: number;
}

const credentials: Field[] = [
  { name: 'email', label: 'email', type: 'email', autoComplete: 'username' },
  { name: 'password', label: 'password', type: 'password', autoComplete: 'current-password' },
];
const firstAdmin: Field[] = [
  { name: 'token', label: 'set-up code', type: 'text', autoComplete: 'off' },
  { name: 'name', label: 'your name', type: 'text', autoComplete: 'name' },
  { name: 'email', label: 'email', type: 'email', autoComplete: 'username' },
  { name: 'password', label: 'password', type: 'password', autoComplete: 'new-password', minLength: 8 },
];

/** For those who have an account, and once for the one who makes the first. */
export function SignIn({ isAgain = false }: { isAgain?: boolean }) {
  const { say } = useLanguage();
  const { session } = useSurroundings();
  const before = useStore(session.state, (state) => state.trouble);
  const [isSetUp, setSetUp] = useState(false);
  const [isBusy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState<Trouble | null>(before);
  const title = isAgain ? 'sign-in again' : isSetUp ? 'set-up' : 'sign-in';
  const why = isAgain ? 'sign-in again why' : isSetUp ? 'set-up why' : null;

  const submit = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = Object.fromEntries(new FormData(event.currentTarget)) as Form;
    setBusy(true);
    setTrouble(null);
    try {
      await session.enter(isSetUp ? 'set-up' : 'login', form);
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
        {why && <p className="mt-2 text-muted">{say(why)}</p>}
      </div>
      {(isSetUp ? firstAdmin : credentials).map(({ label, ...field }, index) => (
        <label key={field.name} className="grid gap-1.5 font-medium">
          {say(label)}
          {/* biome-ignore lint/a11y/noAutofocus: the only thing to do here */}
          <input className="field" required autoFocus={index === 0} {...field} />
        </label>
      ))}
      <p role="alert" className="text-bad empty:hidden">
        {trouble ? saidOf(trouble, say) : ''}
      </p>
      <button type="submit" className="button-main justify-center py-2.5" disabled={isBusy}>
        {isBusy ? say('one moment') : say(title)}
      </button>
      {!isAgain && (
        <button
          type="button"
          className="link mx-auto"
          onClick={() => {
            setSetUp(!isSetUp);
            setTrouble(null);
          }}
        >
          {say(isSetUp ? 'to sign-in' : 'to set-up')}
        </button>
      )}
    </form>
  );
}

function saidOf(trouble: Trouble, say: Say): string {
  if (trouble.reason) return trouble.reason;
  if (trouble.kind === 'forbidden') return say('not of the team');
  return say(trouble.kind === 'offline' ? 'unreachable' : 'failed action');
}
