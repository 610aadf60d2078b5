import { type FormEvent, type ReactNode, useState } from 'react';
import { Dialog } from './dialog.tsx';
import { useLanguage } from './surroundings.ts';

/** A dialog that asks for what it takes to do something, and closes once that is done. */
export function FormDialog({
  label,
  title = label,
  submit,
  width = '22rem',
  isReady = true,
  onSubmit,
  onClose,
  children,
}: {
  label: string;
  title?: string;
  /** What the button says. */
  submit: string;
  width?: string;
  isReady?: boolean;
  /** Answers whether it was done; otherwise what is written stays here. */
  onSubmit(form: FormData): Promise<boolean>;
  onClose(): void;
  children: ReactNode;
}) {
  const { say } = useLanguage();
  const [isBusy, setBusy] = useState(false);
  const act = async (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    setBusy(true);
    if (await onSubmit(new FormData(event.currentTarget))) onClose();
    else setBusy(false);
  };
  return (
    <Dialog label={label} onClose={onClose}>
      <form
        className="grid grid-cols-1 gap-4 p-5"
        style={{ inlineSize: `min(${width}, 94vw)` }}
        onSubmit={(event) => void act(event)}
      >
        <h2 className="text-base font-semibold wrap-anywhere">{title}</h2>
        {children}
        <span className="flex flex-wrap justify-end gap-2">
          <button type="button" className="button" onClick={onClose}>
            {say('cancel')}
          </button>
          <button type="submit" className="button-main" disabled={isBusy || !isReady}>
            {submit}
          </button>
        </span>
      </form>
    </Dialog>
  );
}
