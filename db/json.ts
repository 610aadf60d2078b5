/** What a JSON column holds; null for null and for text that is no JSON, which only somebody else can have put there. */
export function fromJson<Shape>(text: string | null): Shape | null {
  if (text === null) return null;
  try {
    return JSON.parse(text) as Shape;
  } catch {
    return null;
  }
}

export function toJsonOrNull(value: unknown): string | null {
  return value === null || value === undefined ? null : JSON.stringify(value);
}
