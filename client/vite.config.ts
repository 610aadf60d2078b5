import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';
import { slimEcho } from './slim-echo.ts';
import { slimPusher } from './slim-pusher.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** Of everything the widget is built from: the loader names it by this, so that browsers may keep it for good. */
function widgetHash(): string {
  const hash = createHash('sha256').update(readFileSync(`${here}../package-lock.json`));
  for (const folder of ['chat', 'echo', 'log', 'widget']) {
    for (const file of readdirSync(here + folder, { recursive: true, encoding: 'utf8' }).sort()) {
      if (/\.(?:tsx?|css)$/.test(file)) hash.update(readFileSync(`${here}${folder}/${file}`));
    }
  }
  return hash.digest('hex').slice(0, 12);
}

/** Written for React; in the script, which must be small, Preact takes its place. */
const preact = {
  'react/jsx-runtime': `${here}widget/preact.ts`,
  'react-dom/client': `${here}widget/preact.ts`,
  react: `${here}widget/preact.ts`,
};

/** The first that know `light-dark()`. */
const cssBrowsers = ['chrome123', 'firefox120', 'safari17.5'];

/** What makes the built component a package: `npm pack dist/client/component`. */
function packageFiles(): Plugin {
  return {
    name: 'package-files',
    generateBundle() {
      for (const [fileName, source] of [
        ['package.json', 'component/package.json'],
        ['index.d.ts', 'component/published.d.ts'],
        ['README.md', 'component/README.md'],
      ] as const) {
        this.emitFile({ type: 'asset', fileName: `component/${fileName}`, source: readFileSync(here + source) });
      }
    },
  };
}

/**
 * Everything a browser loads from the server, built beside the server that serves it: the pages, and in the modes
 * `widget` and `widget-app-<language>` the scripts of the widget, each one file that any page can load, and in the mode
 * `component` the widget as a package for React apps, which brings no React of its own.
 */
export default defineConfig(({ mode }) => {
  const language = /^widget-app-(\w+)$/.exec(mode)?.[1];
  if (mode === 'widget' || language) {
    return {
      root: here,
      define: {
        __VERSION__: JSON.stringify(widgetHash()),
        __LANGUAGE__: JSON.stringify(language),
      },
      plugins: [slimEcho(), slimPusher()],
      resolve: { alias: preact },
      build: {
        outDir: '../dist/client',
        emptyOutDir: false,
        cssTarget: cssBrowsers,
        lib: {
          entry: `${here}${language ? 'widget/script.tsx' : 'loader.ts'}`,
          formats: ['iife'],
          name: 'antiphon',
          fileName: () => `${mode}.js`,
        },
      },
    };
  }
  if (mode === 'component') {
    return {
      root: here,
      plugins: [packageFiles()],
      build: {
        outDir: '../dist/client',
        emptyOutDir: false,
        minify: false,
        cssTarget: cssBrowsers,
        lib: { entry: `${here}component/LiveChatWidget.tsx`, formats: ['es'] },
        rolldownOptions: {
          external: /^(?:react|react-dom|laravel-echo|pusher-js)(?:\/|$)/,
          output: {
            // What Next asks of a component that lives in the browser.
            banner: "'use client';",
            entryFileNames: 'component/index.js',
            chunkFileNames: 'component/[name].js',
          },
        },
      },
    };
  }
  return {
    root: here,
    build: {
      outDir: '../dist/client',
      emptyOutDir: true,
      rolldownOptions: { input: { demo: `${here}demo/index.html`, shop: `${here}shop/index.html` } },
    },
  };
});
