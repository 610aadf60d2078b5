/** Black or white, whichever can be read on the colour; with one of them it is always 4.5 to 1 or more. */
export function inkOn(color: string): '#000000' | '#ffffff' {
  const light = luminanceOf(color) + 0.05;
  return 1.05 / light >= light / 0.05 ? '#ffffff' : '#000000';
}

/** How far apart in brightness, 1 to 21, as WCAG counts. */
export function contrastOf(a: string, b: string): number {
  const [dark, light] = [luminanceOf(a), luminanceOf(b)].sort((x, y) => x - y) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

export const isColour = (text: string) => /^#[\da-f]{6}$/i.test(text);

function luminanceOf(color: string): number {
  const [red, green, blue] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(color.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
