import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Plugin } from 'vite';

const packageRoot = fileURLToPath(new URL('../node_modules/pusher-js/', import.meta.url));
const source = `${packageRoot}src/`;

/** What our pages never do: HTTP transports, statistics for Pusher, end-to-end encryption, sign-in. */
const LEFT_OUT =
  /\/(?:http\/http|timeline_sender|fetch_timeline|encrypted_channel|core\/user|core\/watchlist|core\/base64|timeline\/level|user_authenticator|deprecated_channel_authorizer)$/;
const PRESENCE = /\/presence_channel$/;
const NOTHING = '\0pusher-nothing';
const nothing = 'export default function () {}\nexport const ChannelAuthorizerProxy = undefined;';
/** The record of what happened, which is only kept to be sent to Pusher. */
const RECORD = /\/timeline\/timeline$/;
const NO_RECORD = '\0pusher-no-record';
const noRecord = `let id = 0;
export default class {
  generateUniqueID() { return ++id; }
  error() {}
  info() {}
  debug() {}
}`;
/** Where its sentences for programmers point to. */
const ADDRESSES = /\/utils\/url_store$/;
const NO_ADDRESSES = '\0pusher-no-addresses';
const noAddresses = "export default { buildLogSuffix: () => '' };";
/** In what order it tries several transports: here there is one. */
const STRATEGY = /\/default_strategy$/;
/** What it would say on the console: the widget says what matters to whom it matters. */
const LOGGER = /\/core\/logger$/;
const SILENCE = '\0pusher-silence';
const silence = 'const say = () => {};\nexport default { debug: say, warn: say, error: say };';
const STAND_INS: Record<string, string> = {
  [NOTHING]: nothing,
  [NO_RECORD]: noRecord,
  [NO_ADDRESSES]: noAddresses,
  [SILENCE]: silence,
};

/**
 * pusher-js from the sources it is published with, in its own runtime for workers, which loads no scripts and writes no
 * storage; half of its finished file. The connection, its transport and channels are untouched, and how it comes back is ours.
 */
export function slimPusher({ presence = false } = {}): Plugin {
  const { version } = JSON.parse(readFileSync(`${packageRoot}package.json`, 'utf8'));
  const constants = { VERSION: version, CDN_HTTP: '', CDN_HTTPS: '', DEPENDENCY_SUFFIX: '' };
  return {
    name: 'slim-pusher',
    enforce: 'pre',
    config: () => ({
      define: {
        global: 'globalThis',
        ...Object.fromEntries(Object.entries(constants).map(([name, value]) => [name, JSON.stringify(value)])),
      },
    }),
    resolveId(id, importer) {
      if (id === 'pusher-js') return `${source}core/pusher.ts`;
      if (!importer?.startsWith(source)) return null;
      if (id === 'runtime') return `${source}runtimes/worker/runtime.ts`;
      const places = id.startsWith('.')
        ? [fileURLToPath(new URL(id, `file://${importer}`))]
        : [source + id, `${source}runtimes/${id}`];
      for (const place of places) {
        if (LEFT_OUT.test(place) || (!presence && PRESENCE.test(place))) return NOTHING;
        if (RECORD.test(place)) return NO_RECORD;
        if (LOGGER.test(place)) return SILENCE;
        if (ADDRESSES.test(place)) return NO_ADDRESSES;
        if (STRATEGY.test(place)) return fileURLToPath(new URL('echo/one-socket.ts', import.meta.url));
        const file = [`${place}.ts`, `${place}/index.ts`].find((each) => existsSync(each));
        if (file) return file;
      }
      return null;
    },
    load: (id) => STAND_INS[id] ?? null,
  };
}
