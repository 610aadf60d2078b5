import { useState } from 'react';
import { useLanguage, useSurroundings } from '../frame/surroundings.ts';
import { useStore } from '../frame/use-store.ts';
import { type Faults, faultsFrom, none } from './faults.ts';
import { unsaved } from './unsaved.ts';
import { useWords } from './words.ts';

export type Form<Value> = ReturnType<typeof useForm<Value>>;

interface Parts<Value> {
  /** Forms of one name share what is not saved. */
  name: string;
  saved: Value;
  /** What can be seen to be wrong without asking the server. */
  check?(value: Value): Faults;
  save(value: Value): Promise<unknown>;
  /** A form to add something with: there is nothing to be discarded before anything is written. */
  told?: string;
}

/** Something one changes and saves. Until then it is kept here, and what was refused is said at its field. */
export function useForm<Value>({ name, saved, check, save, told }: Parts<Value>) {
  const { say } = useLanguage();
  const words = useWords();
  const { tell } = useSurroundings();
  const draft = useStore(unsaved.state, ({ byForm }) => byForm.get(name)) as Value | undefined;
  const [faults, setFaults] = useState<Faults>(none);
  const [isBusy, setBusy] = useState(false);
  const value = draft ?? saved;

  async function submit(): Promise<boolean> {
    const found = check?.(value) ?? none;
    setFaults(found);
    if (Object.keys(found).length > 0) return false;
    setBusy(true);
    try {
      await save(value);
      unsaved.drop(name);
      tell(told ?? words('saved'));
      return true;
    } catch (error) {
      setFaults(faultsFrom(error, say));
      return false;
    } finally {
      setBusy(false);
    }
  }
  return {
    value,
    faults,
    isBusy,
    isChanged: draft !== undefined,
    submit,
    change(part: Partial<Value>): void {
      const next = { ...value, ...part };
      if (JSON.stringify(next) === JSON.stringify(saved)) unsaved.drop(name);
      else unsaved.keep(name, next);
    },
    discard(): void {
      unsaved.drop(name);
      setFaults(none);
    },
  };
}
