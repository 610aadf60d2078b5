import type { ReactNode } from 'react';
import type { Choice } from './use-choice.ts';

interface Props<Item> {
  label: string;
  choice: Choice<Item>;
  /** Where nothing fits. */
  none: string;
  draw(item: Item): ReactNode;
  children?: ReactNode;
}

/** What fits what is being typed. The field keeps the focus and the keys. */
export function Suggestions<Item extends { id: number | string }>({
  label,
  choice,
  none,
  draw,
  children,
}: Props<Item>) {
  return (
    <div className="suggestions">
      <div role="listbox" id="suggestions" aria-label={label} className="min-h-0 overflow-auto p-1.5">
        {choice.items.length === 0 && <p className="p-3 text-muted">{none}</p>}
        {choice.items.map((item, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the field has the keys
          // biome-ignore lint/a11y/useFocusableInteractive: pointed at by the field
          <div
            key={item.id}
            id={`suggestion-${index}`}
            role="option"
            aria-selected={index === choice.at}
            ref={index === choice.at ? (element) => element?.scrollIntoView({ block: 'nearest' }) : undefined}
            className="menu-item aria-selected:bg-soft"
            onPointerDown={(event) => event.preventDefault()}
            onClick={() => choice.take(item)}
          >
            {draw(item)}
          </div>
        ))}
      </div>
      {children}
    </div>
  );
}

/** What a field says of the list above it. */
export const suggesting = (choice: { isOpen: boolean; at: number }) =>
  choice.isOpen
    ? {
        'aria-autocomplete': 'list' as const,
        'aria-controls': 'suggestions',
        'aria-activedescendant': `suggestion-${choice.at}`,
      }
    : {};
