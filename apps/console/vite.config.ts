import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'
import { compressed } from './build/compressed.ts'

/** The server whose sessions the development page shows. */
const SERVER = process.env.LONGWIRE_URL ?? 'http://127.0.0.1:8787'

export default defineConfig({
  plugins: [react(), compressed()],
  // The packages beside this one are built from their source, so that nothing has to be built before.
  resolve: { conditions: ['longwire-source', 'module', 'browser', 'development|production'] },
  build: {
    target: 'es2023',
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1_000,
  },
  server: { proxy: { '/v1': { target: SERVER, ws: true, changeOrigin: false } } },
})
