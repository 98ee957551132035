import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { solidStart } from '@solidjs/start/config'
import tailwindcss from '@tailwindcss/vite'
import { nitro } from 'nitro/vite'
import { defineConfig } from 'vite'

const require = createRequire(import.meta.url)

const { APP_PORT: port = '3000', HOST: host = '127.0.0.1' } = process.env

/** `EDGE=true vite build` makes a module for workerd, which is what Cloudflare runs. */
const isEdge = process.env.EDGE === 'true'
const edgeBuild = {
  preset: 'cloudflare-module',
  output: { dir: '.output-edge' },
  cloudflare: { nodeCompat: true, deployConfig: false },
}

/** What almost every page takes in small pieces: together they are fewer requests, and compress better. */
const ofEveryPage = {
  name: 'page',
  test: /\/web\/src\/(components\/(layout\/(error-alert|head|not-found|page)|form\/(field|idempotency-key))|queries\/(load|loaded|page))\.tsx?$/,
}

export default defineConfig(({ command }) => ({
  resolve: {
    alias: isEdge ? [{ find: /^\.\/parts\.ts$/, replacement: join(import.meta.dirname, 'src/edge/parts.ts') }] : [],
  },
  // Pages are whole documents, whose HTML names what they load.
  build: { modulePreload: false },
  environments: {
    client: { build: { rolldownOptions: { output: { codeSplitting: { groups: [ofEveryPage] } } } } },
  },
  server: { host, port: Number(port), strictPort: true },
  plugins: [
    tailwindcss(),
    solidStart({
      devOverlay: false,
      middleware: './src/middleware.ts',
      // While developing an edit loads the page again. What a page shows is read on the server: a component that a browser
      // replaced by itself would query it again, more than five seconds after the page was loaded, with no server function to
      // answer. Solid's compiler reads packages of its own world alone: others hold no JSX, and megabytes that it is slow on.
      solid: { hot: false, exclude: [/\/node_modules\/(?!@solidjs|solid-|@kobalte)/] },
    }),
    nitro({
      ...(isEdge ? edgeBuild : { preset: 'bun' }),
      // While developing Vite serves, and the middleware asks the gateway itself.
      ...(command === 'build' && { entry: isEdge ? './src/main.edge.ts' : './src/main.ts' }),
      compressPublicAssets: { gzip: true, brotli: true },
      // What the page about the API shows it with.
      publicAssets: [
        {
          baseURL: '/swagger-ui',
          dir: dirname(require.resolve('swagger-ui-dist/package.json')),
          ignore: ['**/!(swagger-ui-bundle.js|swagger-ui.css)', '**/*.map', '**/*.txt'],
          maxAge: 3600,
        },
      ],
    }),
  ],
}))
