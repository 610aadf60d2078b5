import { DropdownMenu } from 'radix-ui';
import type { ReactNode } from 'react';

export interface Choice {
  key: string;
  label: ReactNode;
  keys?: string | undefined;
  isChosen?: boolean;
  choose(): void;
}

interface Props {
  label: string;
  className?: string;
  children: ReactNode;
  choices: readonly (Choice | 'line')[];
  isOpen?: boolean;
  onOpen?(isOpen: boolean): void;
}

/** A button with a menu, which stays in the landmark of its button. Where one of the choices holds now, that one is marked. */
export function Menu({ label, className = 'button', children, choices, isOpen, onOpen }: Props) {
  const open = isOpen === undefined ? {} : { open: isOpen };
  return (
    <DropdownMenu.Root modal={false} {...open} {...(onOpen ? { onOpenChange: onOpen } : {})}>
      <DropdownMenu.Trigger className={className} aria-label={label} title={label}>
        {children}
      </DropdownMenu.Trigger>
      <DropdownMenu.Content className="menu" align="end" sideOffset={4} collisionPadding={8} loop>
        {choices.map((choice, index) =>
          choice === 'line' ? (
            // biome-ignore lint/suspicious/noArrayIndexKey: lines are told apart by nothing else
            <DropdownMenu.Separator key={index} className="menu-line" />
          ) : choice.isChosen === undefined ? (
            <DropdownMenu.Item key={choice.key} className="menu-item" onSelect={choice.choose}>
              <span className="grow">{choice.label}</span>
              {choice.keys && <kbd>{choice.keys}</kbd>}
            </DropdownMenu.Item>
          ) : (
            <DropdownMenu.CheckboxItem
              key={choice.key}
              className="menu-item"
              checked={choice.isChosen}
              onCheckedChange={choice.choose}
            >
              <span className="menu-mark">{choice.isChosen && '✓'}</span>
              <span className="grow">{choice.label}</span>
              {choice.keys && <kbd>{choice.keys}</kbd>}
            </DropdownMenu.CheckboxItem>
          ),
        )}
      </DropdownMenu.Content>
    </DropdownMenu.Root>
  );
}
