import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import t from 'tap';
import { build } from 'vite';
import { lacksBrowser, openBrowser, openPage } from '../kit/browser.ts';
import { startDesk, until } from './agent.ts';
import { open, say, stored } from './visitor.ts';

const skip = lacksBrowser(process.env);

/**
 * A bare React app with the packed component in it, as `npm install` would have laid it out: drawn once on the server, as
 * Next does it, and built by Vite for the browser, which takes over what the server has drawn.
 */
async function buildApp(folder: string, server: string) {
  const packed = join(folder, 'node_modules', '@antiphon', 'live-chat-widget');
  mkdirSync(packed, { recursive: true });
  const [{ filename }] = JSON.parse(
    execFileSync('npm', ['pack', '--json', '--pack-destination', folder], {
      cwd: 'dist/client/component',
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  execFileSync('tar', ['-xzf', join(folder, filename), '--strip-components=1', '-C', packed]);
  for (const name of ['react', 'react-dom', 'scheduler', 'laravel-echo', 'pusher-js']) {
    symlinkSync(join(process.cwd(), 'node_modules', name), join(folder, 'node_modules', name));
  }
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(
    join(folder, 'app.js'),
    `import { createElement, StrictMode, useState } from 'react';
import { LiveChatWidget } from '@antiphon/live-chat-widget';
const look = { server: '${server}', color: '#0b6b53', topics: ['Delivery'] };
function Shop() {
  const [isThere, setThere] = useState(true);
  const turn = createElement('button', { onClick: () => setThere(!isThere) }, 'Turn');
  const onEvent = (name) => { document.title += ' ' + name; };
  return createElement('main', null, turn, isThere && createElement(LiveChatWidget, { ...look, onEvent }));
}
export const app = createElement(StrictMode, null, createElement(Shop));`,
  );
  writeFileSync(
    join(folder, 'on-the-server.js'),
    `import { renderToString } from 'react-dom/server';
import { app } from './app.js';
process.stdout.write(renderToString(app));`,
  );
  const drawn = execFileSync(process.execPath, ['on-the-server.js'], { cwd: folder, encoding: 'utf8' });
  writeFileSync(
    join(folder, 'index.html'),
    `<div id="app">${drawn}</div><script type="module" src="./main.js"></script>`,
  );
  writeFileSync(
    join(folder, 'main.js'),
    `import { hydrateRoot } from 'react-dom/client';
import { app } from './app.js';
hydrateRoot(document.getElementById('app'), app);`,
  );
  await build({ root: folder, configFile: false, logLevel: 'silent', build: { outDir: join(folder, 'out') } });
  return { drawn, files: join(folder, 'out'), entry: readFileSync(join(packed, 'index.js'), 'utf8') };
}

t.test('the packed component works in an app of somebody else', { skip }, async (t) => {
  const desk = await startDesk(t);
  const folder = t.testdir({});
  const { drawn, files, entry } = await buildApp(folder, desk.url);
  t.equal(drawn, '<main><button>Turn</button></main>', 'on the server it draws nothing, and breaks nothing');
  t.match(entry, /^["']use client["'];/, 'a component of the browser, to those who must be told');
  const app = createServer((request, response) => {
    const path = request.url === '/' ? '/index.html' : (request.url ?? '');
    const type = path.endsWith('.js') ? 'text/javascript' : 'text/html';
    try {
      response.setHeader('content-type', type).end(readFileSync(join(files, path)));
    } catch {
      response.writeHead(404).end();
    }
  });
  await new Promise<void>((resolve) => app.listen(0, '127.0.0.1', resolve));
  t.teardown(() => {
    app.closeAllConnections();
    app.close();
  });
  const browser = await openBrowser(t);
  const { page, profile, requests, faults } = await openPage(
    browser,
    `http://localhost:${(app.address() as AddressInfo).port}/`,
  );
  await page.getByRole('button', { name: 'Open chat' }).waitFor();
  t.same(
    requests.filter((url) => url.startsWith(desk.url)),
    [],
    'nothing is asked before it is opened',
  );
  t.same((await profile.storageState({ indexedDB: true })).origins, [], 'nor stored');
  await open(page);
  await say(page, 'from an app');
  await stored(page, 1);
  await desk.say(await desk.room(), 'to an app');
  await page.getByText('to an app').waitFor();
  t.match(await page.title(), / open/);
  t.equal(requests.filter((url) => url.includes('/app/reverb-key')).length, 1, 'one socket, in strict mode too');

  await page.getByRole('button', { name: 'Turn' }).click();
  await until(
    'gone',
    () => page.locator('antiphon-chat').count(),
    (count) => count === 0,
  );
  await page.getByRole('button', { name: 'Turn' }).click();
  await open(page);
  await page.getByText('to an app').waitFor();
  t.same(faults, []);
  await profile.close();
});
