import { type FormEvent, type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react';
import { useLanguage } from '../frame/surroundings.ts';
import { type Faults, faultAt } from './faults.ts';
import type { Form } from './use-form.ts';
import { useWords } from './words.ts';

export interface FieldProps {
  label: string;
  hint?: ReactNode;
  fault?: string | undefined;
  className?: string;
}

/** What ties a field to its label, its hint and what is wrong with it. */
interface Tied {
  id: string;
  'aria-invalid': boolean;
  'aria-describedby': string | undefined;
}

/** A label, a field, and beneath it what helps or what is wrong. */
export function Field({
  label,
  hint,
  fault,
  className = '',
  children,
}: FieldProps & { children(tied: Tied): ReactNode }) {
  const id = useId();
  const described = [hint ? `${id}hint` : '', fault ? `${id}fault` : ''].filter(Boolean).join(' ');
  return (
    <div className={`grid content-start gap-1 ${className}`}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-invalid': fault !== undefined, 'aria-describedby': described || undefined })}
      {hint && (
        <p id={`${id}hint`} className="text-muted text-[13px]">
          {hint}
        </p>
      )}
      {fault && (
        <p id={`${id}fault`} className="fault">
          {fault}
        </p>
      )}
    </div>
  );
}

interface TextProps extends FieldProps {
  value: string;
  onChange(value: string): void;
  type?: 'text' | 'email' | 'number' | 'time' | 'date';
  placeholder?: string | undefined;
  maxLength?: number;
  list?: string;
  isRequired?: boolean;
}

export function TextField({
  value,
  onChange,
  type = 'text',
  placeholder,
  maxLength,
  list,
  isRequired,
  ...field
}: TextProps) {
  return (
    <Field {...field}>
      {(tied) => (
        <input
          {...tied}
          {...{ type, value, placeholder, maxLength, list }}
          aria-required={isRequired}
          className="field"
          dir={type === 'text' ? 'auto' : undefined}
          autoComplete="off"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

export function LongField({
  value,
  onChange,
  rows = 3,
  placeholder,
  maxLength,
  ...field
}: TextProps & { rows?: number }) {
  return (
    <Field {...field}>
      {(tied) => (
        <textarea
          {...tied}
          {...{ value, rows, placeholder, maxLength }}
          className="field"
          dir="auto"
          onChange={(event) => onChange(event.target.value)}
        />
      )}
    </Field>
  );
}

interface ChoiceProps<Value extends string> extends FieldProps {
  value: Value;
  options: readonly (readonly [value: Value, label: string])[];
  onChange(value: Value): void;
  isDisabled?: boolean;
}

export function ChoiceField<Value extends string>({
  value,
  options,
  onChange,
  isDisabled,
  ...field
}: ChoiceProps<Value>) {
  return (
    <Field {...field}>
      {(tied) => (
        <select
          {...tied}
          value={value}
          disabled={isDisabled}
          className="field"
          onChange={(event) => onChange(event.target.value as Value)}
        >
          {options.map(([option, text]) => (
            <option key={option} value={option}>
              {text}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

export function Tick({ label, isOn, onChange }: { label: string; isOn: boolean; onChange(isOn: boolean): void }) {
  return (
    <label className="inline-flex min-h-7 items-center gap-2">
      <input type="checkbox" className="size-4" checked={isOn} onChange={(event) => onChange(event.target.checked)} />
      {label}
    </label>
  );
}

/** A form, what concerns the whole of it, and after a refusal the focus on the first field that is to blame. */
export function FormBox<Value>({
  form,
  label,
  isAdding = false,
  className = '',
  onSaved,
  children,
}: {
  form: Form<Value>;
  label: string;
  /** Something new: what it will be stands above. */
  isAdding?: boolean;
  className?: string;
  onSaved?(): void;
  children: ReactNode;
}) {
  const element = useRef<HTMLFormElement>(null);
  const { faults } = form;
  useEffect(() => {
    if (Object.keys(faults).length > 0) element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus();
  }, [faults]);
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await form.submit()) onSaved?.();
  };
  return (
    <form ref={element} noValidate aria-label={label} className={isAdding ? 'add-box' : className} onSubmit={submit}>
      {isAdding && <h3 className="wide font-semibold">{label}</h3>}
      {children}
      <Fault faults={faults} of="" />
    </form>
  );
}

/** What is wrong with something that is more than one field. */
export function Fault({ faults, of }: { faults: Faults; of: string }) {
  const fault = of === '' ? faults[''] : faultAt(faults, of);
  return (
    <p role="alert" className="fault empty:hidden">
      {fault}
    </p>
  );
}

/** Tells of changes that are not saved, and is where one saves or discards them. */
export function SaveBar<Value>({ form }: { form: Form<Value> }) {
  const words = useWords();
  const { say } = useLanguage();
  const discard = ({ currentTarget }: MouseEvent<HTMLButtonElement>) => {
    // The button goes: the focus goes back to what it was about.
    currentTarget.form?.querySelector<HTMLElement>('input, select, textarea')?.focus();
    form.discard();
  };
  return (
    <div className="save-bar" data-is={form.isChanged ? 'changed' : 'saved'}>
      <p role="status" className="grow">
        {form.isChanged ? words('unsaved') : ''}
      </p>
      {form.isChanged && (
        <button type="button" className="button" onClick={discard}>
          {say('discard')}
        </button>
      )}
      <button type="submit" className="button-main" disabled={!form.isChanged || form.isBusy}>
        {form.isBusy ? say('one moment') : say('save')}
      </button>
    </div>
  );
}
