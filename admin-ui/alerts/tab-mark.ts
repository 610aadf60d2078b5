/** How much is unread, where one sees it from another tab: in the title, and as a number on the picture. */
export function markTab(count: number): void {
  document.title = count > 0 ? `(${count > 99 ? '99+' : count}) Antiphon` : 'Antiphon';
  const icon = document.querySelector<HTMLLinkElement>('link[rel=icon]');
  if (icon) icon.href = iconWith(count);
}

function iconWith(count: number): string {
  const text = count > 9 ? '9+' : String(count);
  const dot =
    count > 0
      ? `<circle cx="22" cy="10" r="10" fill="#c62a2f"/><text x="22" y="14.5" text-anchor="middle" font-family="sans-serif" font-weight="700" font-size="13" fill="#fff">${text}</text>`
      : '';
  const bubble =
    '<path d="M4 6h24v17H15l-7 6v-6H4z" fill="#3d63dd" stroke="#3d63dd" stroke-width="3" stroke-linejoin="round"/>';
  return `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">${bubble}${dot}</svg>`)}`;
}
