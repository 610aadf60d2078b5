import { randomInt } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';

const ALPHANUMERICS = 'abcdefghijklmnopqrstuvwxyz0123456789';

/**
 * Writes the settings of a first start into `.env` as reverb:install does: random credentials, and where Laravel and
 * browsers find the server. What the file already says stays, byte for byte. Returns the names it added.
 */
export function install(folder: string, port = '8080'): string[] {
  const file = join(folder, '.env');
  const isNew = !existsSync(file);
  const before = isNew ? '' : readFileSync(file, 'utf8');
  const known = parseEnv(before);
  const wanted: [name: string, value: string][] = [
    ['REVERB_APP_ID', String(randomInt(100_000, 1_000_000))],
    ['REVERB_APP_KEY', randomText(20)],
    ['REVERB_APP_SECRET', randomText(32)],
    ['REVERB_HOST', '"localhost"'],
    ['REVERB_PORT', port],
    ['REVERB_SCHEME', 'http'],
    ['VITE_REVERB_APP_KEY', `"\${REVERB_APP_KEY}"`],
    ['VITE_REVERB_HOST', `"\${REVERB_HOST}"`],
    ['VITE_REVERB_PORT', `"\${REVERB_PORT}"`],
    ['VITE_REVERB_SCHEME', `"\${REVERB_SCHEME}"`],
  ];
  const missing = wanted.filter(([name]) => !known[name]);
  if (missing.length === 0) return [];
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  const lines = missing.map(([name, value]) => `${name}=${value}\n`).join('');
  try {
    writeFileSync(file, gap + lines, { mode: 0o600, flag: isNew ? 'wx' : 'a' });
  } catch (error) {
    // Several nodes may start at once in a new folder: the first writes, and the others keep to that.
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return install(folder, port);
    throw error;
  }
  return missing.map(([name]) => name);
}

function randomText(length: number): string {
  return Array.from({ length }, () => ALPHANUMERICS[randomInt(ALPHANUMERICS.length)]).join('');
}
