/** What nitro knows of the files of a build. */
declare module '#nitro/virtual/public-assets' {
  export const getAsset: (path: string) => { type?: string; etag?: string } | undefined
  export const isPublicAssetURL: (path: string) => boolean
}
