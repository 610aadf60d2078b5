interface Headed {
  header(name: string, value: string): unknown;
}

/** The loader, and for each language the widget that it loads. */
const SCRIPT = /\/widget(-app-[a-z]+)?\.js$/;
const A_YEAR = 'public, max-age=31536000, immutable';
/** Sites paste the loader's address once: what is behind it must be able to change. */
const A_WHILE = 'public, max-age=300, stale-while-revalidate=86400';

/** Lets pages of all origins load the widget's scripts, and browsers keep them: the loader names the rest by a hash. */
export function dressScript(reply: Headed, path: string): void {
  const script = SCRIPT.exec(path);
  if (!script) return;
  reply.header('access-control-allow-origin', '*');
  reply.header('cross-origin-resource-policy', 'cross-origin');
  reply.header('cache-control', script[1] ? A_YEAR : A_WHILE);
}
