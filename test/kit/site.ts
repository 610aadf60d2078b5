import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Test } from 'tap';

export interface SiteOptions {
  /** Where the widget comes from. */
  chat: string;
  /** Of the script's tag, `data-…` without the `data-`. */
  settings?: Record<string, string>;
  lang?: string;
  direction?: 'ltr' | 'rtl';
  /** More of the page's body. */
  body?: string;
  /** A module of the page's own, served as `/page.js`. */
  script?: string;
}

const NONCE = 'c2l0ZQ';

/** What a careless or hostile page may have: rules that hit every element, however it is named. */
const HOSTILE = `* { all: unset !important; font: 40px/3 fantasy !important; color: red !important; background: lime !important; }
div, span, p, button, antiphon-chat { display: none !important; position: static !important; opacity: 0.1 !important; transform: rotate(9deg) !important; pointer-events: none !important; }
html, body, script, style { display: revert !important; }
body { min-height: 200vh !important; }`;

/** A web site of another origin, with a strict policy and hostile styles. Answers where it is. */
export async function startSite(t: Test, options: SiteOptions): Promise<string> {
  const socket = options.chat.replace(/^http/, 'ws');
  const policy = [
    "default-src 'none'",
    `script-src 'nonce-${NONCE}'`,
    `style-src 'nonce-${NONCE}'`,
    `connect-src ${options.chat} ${socket}`,
    `img-src ${options.chat} blob:`,
    "base-uri 'none'",
    "require-trusted-types-for 'script'",
    'trusted-types antiphon',
  ].join('; ');
  const attributes = Object.entries(options.settings ?? {}).map(([name, value]) => ` data-${name}="${value}"`);
  const page = `<!doctype html><html lang="${options.lang ?? 'en'}" dir="${options.direction ?? 'ltr'}">
<head><title>A shop</title><meta name="viewport" content="width=device-width, initial-scale=1">
<style nonce="${NONCE}">${HOSTILE}</style></head>
<body><main>${options.body ?? '<h1>Not ours</h1>'}</main>
<script nonce="${NONCE}" src="${options.chat}/widget.js" async${attributes.join('')}></script>
${options.script ? `<script nonce="${NONCE}" type="module">${options.script}</script>` : ''}</body></html>`;
  const server = createServer((request, response) => {
    if (request.url === '/favicon.ico') return response.writeHead(204).end();
    response
      .writeHead(200, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy })
      .end(page);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    server.closeAllConnections();
    server.close();
  });
  // Another name than the chat's: another origin, and another site.
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
