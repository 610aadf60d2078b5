import { LongField, TextField } from './fields.tsx';
import { useWords } from './words.ts';

type Faq = readonly { question: string; answer: string }[];

/** Questions with answers that need nobody. */
export function FaqFields({ faq, onChange }: { faq: Faq; onChange(faq: Faq): void }) {
  const words = useWords();
  const put = (at: number, part: Partial<Faq[number]>) =>
    onChange(faq.map((each, index) => (index === at ? { ...each, ...part } : each)));
  return (
    <div className="wide grid gap-4">
      {faq.map(({ question, answer }, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: they are told apart by their places alone
        <div key={at} className="grid gap-2 border-line border-b pb-4">
          <TextField
            label={words('question n', { number: at + 1 })}
            value={question}
            maxLength={300}
            onChange={(text) => put(at, { question: text })}
          />
          <LongField
            label={words('answer n', { number: at + 1 })}
            value={answer}
            maxLength={2000}
            onChange={(text) => put(at, { answer: text })}
          />
          <button
            type="button"
            className="button justify-self-start"
            aria-label={words('remove question n', { number: at + 1 })}
            onClick={() => onChange(faq.filter((_, index) => index !== at))}
          >
            {words('delete')}
          </button>
        </div>
      ))}
      <button
        type="button"
        className="button justify-self-start"
        disabled={faq.length >= 30}
        onClick={() => onChange([...faq, { question: '', answer: '' }])}
      >
        {words('add question')}
      </button>
    </div>
  );
}
