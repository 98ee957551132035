import { solidStart } from '@solidjs/start/config'
import { nitro } from 'nitro/vite'
import { defineConfig } from 'vite'

export default defineConfig({
  plugins: [
    solidStart({ devOverlay: false, middleware: './src/middleware.ts' }),
    nitro({
      preset: 'bun',
      entry: './src/main.ts',
      compressPublicAssets: { gzip: true, brotli: true },
    }),
  ],
})
