import { useNitroApp } from 'nitro/app'
// Workers have no Temporal yet.
import 'temporal-polyfill/global'
import { getAsset, isPublicAssetURL } from '#nitro/virtual/public-assets'
import { answerAtEdge, type EdgeEnvironment } from './edge/answer.ts'
import { createAssets } from './edge/assets.ts'

const assets = createAssets({ find: getAsset, isAsset: isPublicAssetURL })

// A module of workers says what it does by its default export.
export default {
  fetch: (request: Request, env: EdgeEnvironment) =>
    answerAtEdge({ request, env, assets, render: (asked) => useNitroApp().fetch(asked) }),
}
