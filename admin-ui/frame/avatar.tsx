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
      style={
        {
          inlineSize: size,
          blockSize: size,
          fontSize: size * 0.38,
          '--hue': HUES[Math.abs(id) % HUES.length],
        } as object
      }
    >
      {initials || '?'}
    </span>
  );
}
