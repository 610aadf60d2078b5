import css from './widget.css?inline';

/** The name of the widget's element in the page: no page styles it by accident. */
const ELEMENT = 'antiphon-chat';

/** An element of the page whose inside no style of the page reaches, and whose styles reach nothing outside. */
export function openHost(nonce: string | undefined): { root: ShadowRoot; container: HTMLElement; remove(): void } {
  const host = document.createElement(ELEMENT);
  const root = host.attachShadow({ mode: 'open' });
  dress(root, css, nonce);
  const container = document.createElement('div');
  root.append(container);
  document.body.append(host);
  return { root, container, remove: () => host.remove() };
}

/** A constructed style sheet is no inline style: a page that forbids those does not forbid it. */
function dress(root: ShadowRoot, text: string, nonce: string | undefined): void {
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement('style');
    if (nonce) style.nonce = nonce;
    style.textContent = text;
    root.append(style);
  }
}
