const SCHEME = /^[a-z][a-z0-9+.-]*:\/\//i;

/**
 * Whether an Origin header may connect. Only its host counts, matched case-sensitively against each glob (`*`: any
 * characters, dots included). No header, `null` or a value without a scheme has no host and passes only `*`. [P-2]
 */
export function originAllowed(allowed: readonly string[], origin: string | undefined): boolean {
  if (allowed.includes('*')) return true;
  const host = hostOf(origin);
  return host !== undefined && allowed.some((glob) => matches(glob, host));
}

function hostOf(origin: string | undefined): string | undefined {
  const scheme = origin === undefined ? null : SCHEME.exec(origin);
  if (!scheme || origin === undefined) return undefined;
  const authority = origin.slice(scheme[0].length).split('/', 1)[0] ?? '';
  return authority.replace(/:\d*$/, '') || undefined;
}

function matches(glob: string, host: string): boolean {
  const pattern = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${pattern.join('.*')}$`).test(host);
}
