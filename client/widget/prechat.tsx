import { type FormEvent, useId, useState } from 'react';
import { keeperOf } from '../chat/keeping.ts';
import { useSurroundings } from './context.ts';
import type { AskedField } from './settings.ts';

export type Answers = Partial<Record<AskedField, string>>;

const keeper = keeperOf('antiphon.');
const none: readonly AskedField[] = [];
const types = { name: 'text', email: 'email', phone: 'tel' } as const;
const completions = { name: 'name', email: 'email', phone: 'tel' } as const;

/** What is still to be asked, and what to do with the answers. Nobody is asked twice. */
export function useAsked(): [readonly AskedField[], (answers: Answers) => void] {
  const { settings, visitor } = useSurroundings();
  const [isAnswered, setAnswered] = useState(() => keeper.read('asked') !== null);
  return [
    isAnswered ? none : (settings.ask ?? none),
    (answers) => {
      setAnswered(true);
      keeper.write('asked', 'yes');
      // The conversation does not wait for this: an address is worth less than a question.
      void visitor.identify(answers).catch(() => {});
    },
  ];
}

export function Prechat({ fields, onAnswer }: { fields: readonly AskedField[]; onAnswer(answers: Answers): void }) {
  const { say } = useSurroundings().language;
  const [answers, setAnswers] = useState<Answers>({});
  const [isShown, setShown] = useState(false);
  const id = useId();
  const problemOf = (field: AskedField) => {
    const answer = answers[field]?.trim() ?? '';
    if (answer === '') return say('needed');
    return field === 'email' && !/^\S+@\S+\.\S+$/.test(answer) ? say('badEmail') : '';
  };
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setShown(true);
    const wrong = fields.find((field) => problemOf(field) !== '');
    if (wrong) event.currentTarget.querySelector<HTMLInputElement>(`[name="${wrong}"]`)?.focus();
    else onAnswer(answers);
  };
  return (
    <form className="prechat" noValidate onSubmit={submit}>
      <p className="greeting">{say('askTitle')}</p>
      {fields.map((field) => {
        const problem = isShown ? problemOf(field) : '';
        return (
          <label key={field} className="field">
            <span>{say(field)}</span>
            <input
              name={field}
              type={types[field]}
              autoComplete={completions[field]}
              dir="auto"
              maxLength={field === 'phone' ? 32 : 255}
              value={answers[field] ?? ''}
              aria-invalid={problem !== ''}
              aria-describedby={problem ? `${id}${field}` : undefined}
              onInput={(event) => setAnswers({ ...answers, [field]: event.currentTarget.value })}
            />
            {problem && (
              <span className="problem" id={`${id}${field}`}>
                {problem}
              </span>
            )}
          </label>
        );
      })}
      <button type="submit" className="primary">
        {say('start')}
      </button>
    </form>
  );
}
