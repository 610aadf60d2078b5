import { createHash } from 'node:crypto';
import type { FastifyPluginAsync } from 'fastify';
import { setUpTexts } from './set-up-texts.ts';

/** With which the tokens of invitations begin; those who are invited have a name and an address already. */
const INVITED = 'invite_';
/** Where the panel looks for who works here; see admin-ui/desk/session.ts. */
const PANEL = 'antiphon.panel.';

const STYLE = `
  :root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; background: light-dark(#f6f7f9, #111318); color: light-dark(#191d24, #e7eaef); }
  body { display: grid; min-height: 100dvh; margin: 0; place-content: center; }
  main { box-sizing: border-box; width: min(26rem, 100vw); padding: 1.5rem 1rem; }
  h1 { margin: 0 0 .5rem; font-size: 1.5rem; }
  p { margin: 0 0 .5rem; color: light-dark(#575f6d, #a0a8b5); }
  label { display: block; margin: 1rem 0 .25rem; font-weight: 500; }
  label.tick { display: flex; gap: .5rem; align-items: center; margin-top: .5rem; font-weight: 400; }
  input:not([type=checkbox]), button { box-sizing: border-box; width: 100%; padding: .6rem .75rem; border: 1px solid light-dark(#8d95a3, #69717f); border-radius: .5rem; font: inherit; color: inherit; background: light-dark(#fff, #16191f); }
  input[aria-invalid=true] { border-color: light-dark(#b3261e, #ff9d95); }
  button { margin-top: 1.5rem; border-color: transparent; background: light-dark(#2f55c8, #3b5fd0); color: #fff; font-weight: 500; cursor: pointer; }
  button:disabled { opacity: .6; }
  .fault, [role=alert] { margin: .25rem 0 0; color: light-dark(#b3261e, #ff9d95); }
  a { color: light-dark(#2f55c8, #a9bdff); }
  :focus-visible { outline: 2px solid light-dark(#2f55c8, #a9bdff); outline-offset: 2px; }
  [hidden] { display: none !important; }
`;

const SCRIPT = `
  const texts = ${JSON.stringify(setUpTexts)};
  const locale = navigator.languages.map((each) => each.slice(0, 2).toLowerCase()).find((each) => each in texts) ?? 'en';
  const say = texts[locale];
  const token = location.hash.slice(1);
  const isInvited = token.startsWith('${INVITED}');
  const find = (selector) => document.querySelector(selector);
  const form = find('form'), alert = find('[role=alert]'), status = find('[role=status]'), button = find('button');
  document.documentElement.lang = locale;
  for (const element of document.querySelectorAll('[data-say]')) element.textContent = say[element.dataset.say];
  document.title = find('h1').textContent = isInvited ? say.invited : say.first;
  find('#why').textContent = isInvited ? say.invitedWhy : say.firstWhy;
  button.textContent = isInvited ? say.join : say.become;
  if (isInvited) for (const part of document.querySelectorAll('.first')) { part.hidden = true; part.querySelector('input').disabled = true; }
  if (token === '') { form.hidden = true; alert.textContent = say.noToken; }
  find('#show').addEventListener('change', ({ target }) => { find('#password').type = target.checked ? 'text' : 'password'; });
  const rules = { required: 'needed', unique: 'taken', email: 'badEmail', 'min.string': 'tooShort', 'max.string': 'tooLong' };
  const saidOf = ([message], reason) => say[rules[reason?.rule]]?.replace('{n}', reason.limit) ?? message;
  const blame = ({ errors = {}, reasons = {} }) => {
    for (const input of form.querySelectorAll('[name]')) {
      const fault = errors[input.name] ? saidOf(errors[input.name], reasons[input.name]) : '';
      input.setAttribute('aria-invalid', String(fault !== ''));
      find('#' + input.name + '-fault').textContent = fault;
    }
    form.querySelector('[aria-invalid=true]')?.focus();
  };
  form.addEventListener('submit', async (event) => {
    event.preventDefault();
    const body = { ...Object.fromEntries(new FormData(form)), token };
    const headers = { 'content-type': 'application/json', accept: 'application/json' };
    button.disabled = true;
    alert.textContent = '';
    status.textContent = say.wait;
    blame({});
    try {
      const response = await fetch(isInvited ? '/api/auth/invitation' : '/api/auth/set-up', { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(30000) });
      const answer = await response.json();
      status.textContent = '';
      if (response.ok) return enter(answer);
      blame(answer);
      if (!answer.errors) alert.textContent = refusalOf(response.status, answer);
    } catch { status.textContent = ''; alert.textContent = say.unreachable; }
    button.disabled = false;
  });
  function refusalOf(status, { message, retry_after: seconds }) {
    if (status === 429) return say.tooMany.replace('{n}', seconds);
    return status === 403 ? say.spent : message;
  }
  function enter({ token: given }) {
    form.hidden = true;
    status.textContent = say.done;
    history.replaceState(null, '', location.pathname);
    try {
      localStorage.removeItem('${PANEL}me');
      localStorage.setItem('${PANEL}token', given);
      location.replace('/admin/chat');
    } catch { find('#go').hidden = false; }
  }
`;

const PAGE = `<!doctype html>
<html lang="en">
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Antiphon</title>
<style>${STYLE}</style>
<body>
<main>
  <h1></h1>
  <p id="why"></p>
  <form novalidate>
    <div class="first"><label for="name" data-say="name"></label>
      <input id="name" name="name" required maxlength="255" autocomplete="name" aria-describedby="name-fault"><p class="fault" id="name-fault"></p></div>
    <div class="first"><label for="email" data-say="email"></label>
      <input id="email" name="email" type="email" required autocomplete="username" aria-describedby="email-fault"><p class="fault" id="email-fault"></p></div>
    <div><label for="password" data-say="password"></label>
      <input id="password" name="password" type="password" required autocomplete="new-password" aria-describedby="password-fault"><p class="fault" id="password-fault"></p></div>
    <label class="tick"><input type="checkbox" id="show"><span data-say="show"></span></label>
    <button></button>
  </form>
  <p role="alert"></p>
  <p role="status"></p>
  <p id="go" hidden><a href="/admin/chat" data-say="go"></a></p>
</main>
<script>${SCRIPT}</script>
</body>
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

/** Where the link printed at the first start leads, and each invitation's. The token comes after the #, which no browser sends. */
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
