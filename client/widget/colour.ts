/** Colours computed from the brand's, so that whatever it is, text on it and beside it can be read (WCAG 2.2: 4.5 to 1). */
export interface BrandColours {
  brand: string;
  onBrand: string;
  /** The brand as text on a light, and on a dark, ground. */
  accentOnLight: string;
  accentOnDark: string;
}

type Rgb = readonly [number, number, number];

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
/** The panel's grounds, the less favourable of each theme; see widget.css. */
const LIGHT: Rgb = [238, 241, 245];
const DARK: Rgb = [44, 51, 63];
const READABLE = 4.5;
const DEFAULT: Rgb = [29, 95, 209];

export function brandColours(color: string | undefined): BrandColours {
  const brand = parsed(color) ?? DEFAULT;
  return {
    brand: written(brand),
    onBrand: contrast(brand, WHITE) >= contrast(brand, BLACK) ? '#ffffff' : '#000000',
    accentOnLight: written(readable(brand, LIGHT, BLACK)),
    accentOnDark: written(readable(brand, DARK, WHITE)),
  };
}

export function contrastOf(a: string, b: string): number {
  return contrast(parsed(a) ?? DEFAULT, parsed(b) ?? DEFAULT);
}

function readable(color: Rgb, ground: Rgb, towards: Rgb): Rgb {
  for (let step = 0; step <= 20; step += 1) {
    const mixed = color.map((part, index) => Math.round(part + (((towards[index] as number) - part) * step) / 20));
    if (contrast(mixed as unknown as Rgb, ground) >= READABLE) return mixed as unknown as Rgb;
  }
  return towards;
}

function contrast(a: Rgb, b: Rgb): number {
  const [dark, light] = [luminance(a), luminance(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

function luminance(color: Rgb): number {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parsed(color: string | undefined): Rgb | null {
  const hex = /^#?([\da-f]{3}|[\da-f]{6})$/i.exec(color?.trim() ?? '')?.[1];
  if (!hex) return null;
  const full = hex.length === 3 ? hex.replace(/./g, '$&$&') : hex;
  return [0, 2, 4].map((at) => Number.parseInt(full.slice(at, at + 2), 16)) as unknown as Rgb;
}

function written(color: Rgb): string {
  return `#${color.map((part) => part.toString(16).padStart(2, '0')).join('')}`;
}
