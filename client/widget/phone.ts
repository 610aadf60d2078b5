import { type RefObject, useEffect, useState } from 'react';

const PHONE = '(max-width: 640px), (max-height: 500px)';

/** Whether the panel fills the screen. */
export function usePhone(): boolean {
  const [isPhone, setPhone] = useState(() => matchMedia(PHONE).matches);
  useEffect(() => {
    const query = matchMedia(PHONE);
    const look = () => setPhone(query.matches);
    query.addEventListener('change', look);
    return () => query.removeEventListener('change', look);
  }, []);
  return isPhone;
}

/** While the panel fills the screen: the page behind stands still, the keyboard covers nothing, “back” closes. */
export function useFullScreen(isOn: boolean, panel: RefObject<HTMLElement | null>, close: () => void): void {
  useEffect(() => {
    if (!isOn) return;
    const { style } = document.documentElement;
    const overflow = style.overflow;
    style.overflow = 'hidden';
    return () => {
      style.overflow = overflow;
    };
  }, [isOn]);

  useEffect(() => {
    const viewport = window.visualViewport;
    const element = panel.current;
    if (!isOn || !viewport || !element) return;
    const fit = () => {
      element.style.height = `${viewport.height}px`;
      element.style.transform = `translateY(${viewport.offsetTop}px)`;
    };
    fit();
    viewport.addEventListener('resize', fit);
    viewport.addEventListener('scroll', fit);
    return () => {
      viewport.removeEventListener('resize', fit);
      viewport.removeEventListener('scroll', fit);
      element.style.height = '';
      element.style.transform = '';
    };
  }, [isOn, panel]);

  useEffect(() => {
    if (!isOn) return;
    // Next to the page's own state, which its router may need.
    history.pushState({ ...history.state, antiphon: true }, '');
    addEventListener('popstate', close);
    return () => {
      removeEventListener('popstate', close);
      if (history.state?.antiphon) history.back();
    };
  }, [isOn, close]);
}

/** Keeps Tab inside while the panel or a picture covers the page. */
export function trapFocus(
  event: { key: string; shiftKey: boolean; preventDefault(): void },
  element: HTMLElement | null,
): void {
  if (event.key !== 'Tab' || !element) return;
  const stops = Array.from(
    element.querySelectorAll<HTMLElement>('button, a[href], input, textarea, summary, [tabindex="0"]'),
  ).filter((stop) => !stop.hasAttribute('disabled') && stop.getClientRects().length > 0);
  const active = (element.getRootNode() as ShadowRoot).activeElement;
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (active !== edge) return;
  event.preventDefault();
  (event.shiftKey ? stops.at(-1) : stops[0])?.focus();
}
