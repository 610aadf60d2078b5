import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const source = fileURLToPath(new URL('../node_modules/laravel-echo/src/', import.meta.url));

/** What a visitor's script never uses: other broadcasters than the Pusher protocol, presence and encrypted channels. */
const LEFT_OUT = /\/(?:socketio-|null-|pusher-presence|pusher-encrypted)[\w-]+$/;
const NOTHING = '\0echo-nothing';
const names = ['SocketIoConnector', 'NullConnector', 'PusherPresenceChannel', 'PusherEncryptedPrivateChannel'];
const nothing = `class Nothing {}\nexport { ${names.map((name) => `Nothing as ${name}`).join(', ')} };`;

/** laravel-echo from the sources it is published with: half of its finished file. */
export function slimEcho(): Plugin {
  return {
    name: 'slim-echo',
    enforce: 'pre',
    // Its sources name fields that a class above has already set: naming must not unset them.
    config: () => ({ oxc: { typescript: { removeClassFieldsWithoutInitializer: true } } }),
    resolveId(id, importer) {
      if (id === 'laravel-echo') return `${source}echo.ts`;
      if (!importer?.startsWith(source) || !id.startsWith('.')) return null;
      const place = fileURLToPath(new URL(id, `file://${importer}`));
      if (LEFT_OUT.test(place)) return NOTHING;
      return [`${place}.ts`, `${place}/index.ts`].find((each) => existsSync(each)) ?? null;
    },
    load: (id) => (id === NOTHING ? nothing : null),
  };
}
