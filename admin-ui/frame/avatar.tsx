/** Hues far enough apart to tell people by; lightness is the theme's. */
const HUES = [12, 38, 92, 155, 190, 220, 262, 305, 338];

export function Avatar({ id, name, size = 36 }: { id: number; name: string; size?: number }) {
  const initials = name
    .split(/\s+/)
    .slice(0, 2)
    .map((part) => Array.from(part)[0] ?? '')
    .join('')
    .toLocaleUpperCase();
  return (
    <span
      aria-hidden="true"
      className="avatar"
      // Drawn by the style sheet: they are a picture, which the name of a button need not repeat.
      data-initials={initials || '?'}
      style={
        {
          inlineSize: size,
          blockSize: size,
          fontSize: size * 0.38,
          '--hue': HUES[Math.abs(id) % HUES.length],
        } as object
      }
    />
  );
}
