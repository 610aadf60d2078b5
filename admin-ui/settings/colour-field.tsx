import { contrastOf, inkOn, isColour } from './colours.ts';
import { Field, type FieldProps } from './fields.tsx';
import { useWords } from './words.ts';

interface Props extends FieldProps {
  value: string;
  /** What holds while nothing is chosen. */
  otherwise?: string;
  onChange(value: string): void;
}

/** A colour to pick or to write, and how well what stands on it can be read. */
export function ColourField({ value, otherwise = '#1d5fd1', onChange, hint, ...field }: Props) {
  const words = useWords();
  const shown = isColour(value) ? value : otherwise;
  const contrast = contrastOf(shown, inkOn(shown));
  return (
    <Field
      {...field}
      hint={
        <>
          {hint} {words('contrast', { ratio: `${(Math.floor(contrast * 10) / 10).toFixed(1)} : 1` })}
        </>
      }
    >
      {(tied) => (
        <span className="flex items-center gap-2">
          <input
            type="color"
            aria-label={words('pick colour')}
            className="h-9 w-11 shrink-0 cursor-pointer rounded-lg border border-line bg-paper p-1"
            value={shown}
            onChange={(event) => onChange(event.target.value)}
          />
          <input
            {...tied}
            className="field font-mono"
            value={value}
            placeholder={otherwise}
            maxLength={7}
            spellCheck={false}
            onChange={(event) => onChange(event.target.value)}
          />
        </span>
      )}
    </Field>
  );
}
