import { createHash } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
  main { max-width: 24rem; margin: 10vh auto; padding: 0 1rem; }
  label { display: block; margin: 1rem 0 .25rem; }
  input, button { box-sizing: border-box; width: 100%; font: inherit; padding: .6rem; }
  button { margin-top: 1.5rem; }
`;

const SCRIPT = `
  const form = document.querySelector('form');
  const said = document.querySelector('[role=status]');
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = { ...Object.fromEntries(new FormData(form)), token: location.hash.slice(1) };
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    said.textContent = 'One moment …';
    try {
      const response = await fetch('/api/auth/set-up', { method: 'POST', headers, body: JSON.stringify(body) });
      const answer = await response.json();
      said.textContent = response.ok ? 'You are the admin now, and can sign in.' : answer.message;
      if (response.ok) { form.hidden = true; history.replaceState(null, '', location.pathname); }
    } catch { said.textContent = 'The server cannot be reached. Try again.'; }
  });
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>The first admin</title>
<style>${STYLE}</style>
<main>
  <h1>The first admin</h1>
  <form>
    <label for="name">Name</label><input id="name" name="name" required maxlength="255" autocomplete="name">
    <label for="email">E-mail</label><input id="email" name="email" type="email" required autocomplete="username">
    <label for="password">Password, at least 8 characters</label>
    <input id="password" name="password" type="password" required minlength="8" autocomplete="new-password">
    <button>Become the admin</button>
  </form>
  <p role="status"></p>
</main>
<script>${SCRIPT}</script>
</html>
`;

const POLICY = [
  "default-src 'none'",
  `style-src '${hashOf(STYLE)}'`,
  `script-src '${hashOf(SCRIPT)}'`,
  "connect-src 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** Where the link printed at the first start leads. Its token comes after the #, which no browser sends. */
export const setUpPage: FastifyPluginAsync = async (fastify) => {
  fastify.get('/set-up', { config: { access: 'anybody' }, schema: { hide: true } }, (_request, reply) =>
    reply
      .type('text/html; charset=utf-8')
      .header('content-security-policy', POLICY)
      .header('referrer-policy', 'no-referrer')
      .header('cache-control', 'no-store')
      .send(PAGE),
  );
};

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`;
}
