import { useRef, useState } from 'react';
import { unsaved } from './unsaved.ts';

/** A form that one opens to change something, by a button that has the focus again when it is done. */
export function useOpening(form: string) {
  const [isOpen, setOpen] = useState(() => unsaved.state.get().byForm.has(form));
  const button = useRef<HTMLButtonElement>(null);
  return {
    isOpen,
    opener: { ref: button, type: 'button', 'aria-expanded': isOpen, onClick: () => setOpen(!isOpen) } as const,
    close(): void {
      setOpen(false);
      button.current?.focus();
    },
  };
}
