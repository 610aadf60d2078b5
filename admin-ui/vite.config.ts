import { fileURLToPath } from 'node:url';
import tailwind from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The agents' panel, built beside the other pages; the server shows it at /admin/chat and /chat. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: '/panel/',
  plugins: [react(), tailwind()],
  build: { outDir: '../dist/client/panel', emptyOutDir: true },
});
