import { type ReactNode, useEffect, useRef } from 'react';

/** The browser's own dialog: it keeps the focus inside, gives it back, and closes on Escape. */
export function Dialog({
  label,
  className = '',
  onClose,
  children,
}: {
  label: string;
  className?: string;
  /** Undefined: it stays until what it asks for is done. */
  onClose?: () => void;
  children: ReactNode;
}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes it, the browser sees to that
    <dialog
      ref={dialog}
      aria-label={label}
      className={`dialog ${className}`}
      onCancel={(event) => {
        event.preventDefault();
        onClose?.();
      }}
      onClick={(event) => {
        if (event.target === dialog.current) onClose?.();
      }}
    >
      {children}
    </dialog>
  );
}
