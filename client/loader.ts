/**
 * `/widget.js`: draws the launcher, listens for the page's wish to open the chat, and loads everything else when that
 * comes. It imports nothing, and stores, connects and asks for nothing before.
 */
export interface PageIdentity {
  name?: string;
  email?: string;
  phone?: string;
  userId?: string;
  userHash?: string;
  identityToken?: string;
  token?: string;
}

export interface LoaderHandover {
  base: string;
  nonce: string;
  settings: Record<string, unknown>;
  identity: PageIdentity;
  isOpen: boolean;
  host: HTMLElement;
  emit(name: string, detail: unknown): void;
  /** What the server has said, once it has. */
  said?: unknown;
  /** Loads the app in another language instead; answers whether there is another. */
  speak(locale: string): boolean;
  ready(widget: Pick<AntiphonChat, 'open' | 'close' | 'identify'>): void;
}

/** `window.AntiphonChat` */
export interface AntiphonChat {
  open(): void;
  close(): void;
  /** Who the visitor is, as the page knows; see docs/widget. */
  identify(identity: PageIdentity): void;
  /** `ready`, `open`, `close`, `unread`, `message`, `unauthenticated`; answers how to stop listening. */
  on(name: string, hear: (detail: unknown) => void): () => void;
}

const script = document.currentScript as HTMLScriptElement;
const data = script.dataset;
const base = new URL('.', script.src).href.replace(/\/$/, '');
const nonce = script.nonce ?? '';
const page = window as unknown as { AntiphonChat?: AntiphonChat; AntiphonHandover?: LoaderHandover };

interface Voucher {
  createScriptURL(url: string): string;
}
/** Asked for once: its name may not be taken again. */
let voucher: Voucher | undefined;

/** A page may demand that addresses of scripts are vouched for; this is the only one we ever load. */
function trusted(url: string): string {
  const { trustedTypes } = window as unknown as {
    trustedTypes?: { createPolicy(name: string, rules: Voucher): Voucher };
  };
  try {
    voucher ??= trustedTypes?.createPolicy('antiphon', { createScriptURL: (same) => same });
  } catch {
    // The page lets nobody, or somebody else, vouch.
  }
  return voucher?.createScriptURL(url) ?? url;
}

const WORDS: Record<string, string> = {
  uk: 'Відкрити чат',
  ru: 'Открыть чат',
  fr: 'Ouvrir la discussion',
  en: 'Open chat',
};
const CSS = `:host{all:initial!important;position:fixed!important;inset:auto!important;z-index:2147483000!important}
button{position:fixed;inset-block-end:calc(20px + env(safe-area-inset-bottom,0px));inset-inline-end:20px;width:56px;height:56px;padding:0;border:1px solid transparent;border-radius:50%;color:#fff;background:#1d5fd1;box-shadow:0 8px 40px rgb(15 23 42/.22);cursor:pointer}
button.start{inset-inline:20px auto}button:focus-visible{outline:3px solid #1b2330;outline-offset:2px}
button[aria-busy=true]{opacity:.6}svg{display:block;width:27px;height:27px;margin:auto;fill:none;stroke:currentColor;stroke-width:2;stroke-linejoin:round}`;

const list = (text: string | undefined) => text?.split(text.includes('|') ? '|' : ',').map((part) => part.trim());
const settings: Record<string, unknown> = {
  locale: data.locale,
  title: data.title,
  color: data.color,
  theme: data.theme,
  side: data.side,
  direction: data.direction,
  greeting: data.greeting,
  category: data.category,
  topics: list(data.topics),
  ask: list(data.ask),
};

function start(): void {
  const heard = new Map<string, Set<(detail: unknown) => void>>();
  let identity: PageIdentity = {};
  let widget: Parameters<LoaderHandover['ready']>[0] | null = null;
  let isLoading = false;
  let isWanted = false;
  const locale = data.locale ?? (document.documentElement.lang || navigator.language);
  const languageIn = (text: string) => {
    const own = text.slice(0, 2).toLowerCase();
    return own in WORDS ? own : 'en';
  };
  let language = languageIn(locale);

  const host = document.createElement('antiphon-chat');
  const root = host.attachShadow({ mode: 'open' });
  const button = document.createElement('button');
  button.ariaLabel = WORDS[language] as string;
  button.ariaExpanded = 'false';
  button.className = data.side ?? '';
  button.dir = data.direction ?? document.documentElement.dir;
  const svg = document.createElementNS('http://www.w3.org/2000/svg', 'svg');
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  svg.setAttribute('viewBox', '0 0 24 24');
  svg.setAttribute('aria-hidden', 'true');
  path.setAttribute('d', 'M4 4h16a2 2 0 0 1 2 2v9a2 2 0 0 1-2 2H9l-5 4v-4a2 2 0 0 1-2-2V6a2 2 0 0 1 2-2z');
  svg.append(path);
  button.append(svg);
  if (/^#[\da-f]{6}$/i.test(data.color ?? '')) {
    const color = data.color as string;
    // As bright as the eye sees it: on a bright colour the drawing is black.
    const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => (Number.parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2);
    button.style.background = color;
    button.style.color = 0.2126 * r + 0.7152 * g + 0.0722 * b > 0.179 ? '#000' : '#fff';
  }
  try {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(CSS);
    root.adoptedStyleSheets = [sheet];
  } catch {
    const style = document.createElement('style');
    style.nonce = nonce;
    style.textContent = CSS;
    root.append(style);
  }
  root.append(button);

  const emit = (name: string, detail: unknown) => {
    for (const hear of heard.get(name) ?? []) {
      try {
        hear(detail);
      } catch (error) {
        // The page's own mistake is reported as its own, and stops nothing here.
        setTimeout(() => {
          throw error;
        });
      }
    }
  };

  const load = () => {
    if (isLoading) return;
    isLoading = true;
    button.ariaBusy = 'true';
    page.AntiphonHandover = {
      base,
      nonce,
      settings,
      identity,
      get isOpen() {
        return isWanted;
      },
      host,
      emit,
      speak(locale) {
        const other = languageIn(locale);
        if (other === language) return false;
        language = other;
        fetchApp();
        return true;
      },
      ready(loaded) {
        widget = loaded;
        if (isWanted) widget.open();
        emit('ready', undefined);
      },
    };
    fetchApp();
  };
  const fetchApp = () => {
    const app = document.createElement('script');
    app.src = trusted(`${base}/widget-app-${language}.js?v=${__VERSION__}`);
    app.nonce = nonce;
    app.onerror = () => {
      // The server is down or the network gone: the next click tries again.
      isLoading = false;
      button.ariaBusy = 'false';
      app.remove();
    };
    document.head.append(app);
  };

  const api: AntiphonChat = {
    open() {
      isWanted = true;
      if (widget) widget.open();
      else load();
    },
    close() {
      isWanted = false;
      widget?.close();
    },
    identify(more) {
      identity = { ...identity, ...more };
      widget?.identify(more);
    },
    on(name, hear) {
      const hearers = heard.get(name) ?? new Set();
      heard.set(name, hearers.add(hear));
      return () => hearers.delete(hear);
    },
  };
  page.AntiphonChat = api;
  button.onclick = api.open;
  addEventListener('open-chat-widget', api.open);
  const lookAtAddress = () => {
    if (location.hash === '#chat') api.open();
  };
  addEventListener('hashchange', lookAtAddress);

  const show = () => {
    const hidden = list(data.hiddenPaths) ?? [];
    if (hidden.some((path) => path && location.pathname.startsWith(path))) return;
    document.body.append(host);
    lookAtAddress();
    try {
      if (localStorage.prochepro_open_chat === 'true') {
        localStorage.removeItem('prochepro_open_chat');
        api.open();
      } else if (localStorage.getItem('antiphon.token') || localStorage.getItem('antiphon.room')) {
        // This visitor has opened it before: answers and what is still to be sent must not wait for the next click.
        setTimeout(load, 1500);
      }
    } catch {
      // Storage is forbidden: there is nothing to look for.
    }
  };
  if (document.body) show();
  else addEventListener('DOMContentLoaded', show);
}

declare const __VERSION__: string;

// Pasted twice, it is there once.
if (!page.AntiphonChat) start();
