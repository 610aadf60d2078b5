/** What stands on lines of its own, without empty ones. */
export function linesOf(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
}

/** The first line that is no `https://shop.example`; undefined when all are. */
export function wrongOrigin(text: string): string | undefined {
  return linesOf(text).find((line) => {
    const origin = line.replace(/\/$/, '');
    return !URL.canParse(origin) || new URL(origin).origin !== origin.toLowerCase();
  });
}
