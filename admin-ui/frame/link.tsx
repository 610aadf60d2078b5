import type { MouseEvent, ReactNode } from 'react';

interface Props {
  href: string;
  onFollow(): void;
  children: ReactNode;
  className?: string;
  title?: string;
  'aria-label'?: string;
  'aria-current'?: 'page' | undefined;
}

/** A link inside the panel: followed here, unless somebody wants it in another tab. */
export function Link({ href, onFollow, children, ...rest }: Props) {
  const followed = (event: MouseEvent) => {
    if (event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    onFollow();
  };
  return (
    <a href={href} onClick={followed} {...rest}>
      {children}
    </a>
  );
}
