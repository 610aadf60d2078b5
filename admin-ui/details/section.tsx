import { type ReactNode, useState } from 'react';
import { useDesk } from '../frame/surroundings.ts';

/** A part of the details that is asked for when somebody opens it, and stays as they like it. */
export function Section({ name, title, children }: { name: string; title: string; children: ReactNode }) {
  const { keeper } = useDesk();
  const key = `details.${name}`;
  const [isOpen, setOpen] = useState(keeper.read(key) !== 'false');
  return (
    <details
      className="details-section"
      open={isOpen}
      onToggle={(event) => {
        const { open } = event.currentTarget;
        if (open === isOpen) return;
        keeper.write(key, String(open));
        setOpen(open);
      }}
    >
      <summary>{title}</summary>
      {isOpen && children}
    </details>
  );
}
