/** A text in parts; those with an address are links. Only http, https and mail addresses ever become one. */
export interface Part {
  text: string;
  href: string | null;
}

const LINK = /\bhttps?:\/\/[^\s<>"'`]+|\bwww\.[^\s<>"'`]+\.[^\s<>"'`]+|\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+/gi;
/** Ends a sentence rather than an address. */
const TRAILING = /[.,;:!?»”’)\]}]+$/;

export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(LINK)) {
    const found = withoutTrailing(match[0]);
    const href = hrefOf(found);
    if (href === null) continue;
    if (match.index > from) parts.push({ text: text.slice(from, match.index), href: null });
    parts.push({ text: found, href });
    from = match.index + found.length;
  }
  if (from < text.length) parts.push({ text: text.slice(from), href: null });
  return parts;
}

/** A closing bracket belongs to the address when its opening one does. */
function withoutTrailing(found: string): string {
  const cut = found.replace(TRAILING, '');
  const next = found.charAt(cut.length);
  const opens = (cut.match(/\(/g) ?? []).length > (cut.match(/\)/g) ?? []).length;
  return next === ')' && opens ? `${cut})` : cut;
}

function hrefOf(found: string): string | null {
  const address = /^https?:/i.test(found) ? found : found.includes('@') ? `mailto:${found}` : `https://${found}`;
  return URL.canParse(address) ? address : null;
}
