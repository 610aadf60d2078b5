import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { slimPusher } from '../client/slim-pusher.ts';

const here = fileURLToPath(new URL('.', import.meta.url));
const BASE = '/panel/';

/** Tells the service worker the names of all files, which are known when all of them are built. */
function workerFiles(): Plugin {
  return {
    name: 'worker-files',
    generateBundle(_options, bundle) {
      const worker = bundle['worker.js'];
      if (worker?.type !== 'chunk') return;
      const files = Object.keys(bundle).filter((name) => name.startsWith('assets/'));
      worker.code = `const FILES=${JSON.stringify(files.sort().map((name) => BASE + name))};\n${worker.code}`;
    },
  };
}

/** The agents' panel, built beside the other pages; the server shows it at /admin/chat and /chat. */
export default defineConfig({
  root: here,
  base: BASE,
  plugins: [slimPusher({ presence: true }), react(), tailwind(), workerFiles()],
  build: {
    outDir: '../dist/client/panel',
    emptyOutDir: true,
    rolldownOptions: {
      input: { index: `${here}index.html`, worker: `${here}worker.ts` },
      output: { entryFileNames: ({ name }) => (name === 'worker' ? 'worker.js' : 'assets/[name]-[hash].js') },
    },
  },
});
