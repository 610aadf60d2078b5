import { type RefObject, useEffect, useMemo } from 'react';
import { brandColours } from './colour.ts';

/** Sets the colours one by one: a page's policy may forbid the style attribute, not this. */
export function useBrand(root: RefObject<HTMLElement | null>, color: string | undefined): void {
  const colours = useMemo(() => brandColours(color), [color]);
  useEffect(() => {
    const style = root.current?.style;
    style?.setProperty('--brand', colours.brand);
    style?.setProperty('--on-brand', colours.onBrand);
    style?.setProperty('--accent-light', colours.accentOnLight);
    style?.setProperty('--accent-dark', colours.accentOnDark);
  }, [root, colours]);
}
