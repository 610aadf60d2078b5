/**
 * Text as search compares it. SQLite folds the case of ASCII only, so Cyrillic is folded here, into a column beside the
 * original. Ё reads as Е and every apostrophe as the plain one: people type either.
 */
export function fold(text: string): string {
  return text
    .normalize('NFC')
    .toLowerCase()
    .replaceAll('ё', 'е')
    .replace(/[’ʼ‘`´]/g, "'");
}

/** A phone number's digits, the form in which `+38 (067) 123` and `38067123` are the same. Null when there are none. */
export function digitsOf(phone: string | null): string | null {
  return phone?.replace(/\D/g, '') || null;
}

/** A LIKE pattern for "contains `text`", to be used with ESCAPE '!'. */
export function containing(text: string): string {
  return `%${text.replace(/[!%_]/g, '!$&')}%`;
}
