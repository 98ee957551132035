declare module '*.wasm' {
  /** where the file is (Bun, whose bundles take it along), or what is in it (Deno) */
  const file: string | Uint8Array<ArrayBuffer>
  // biome-ignore lint/style/noDefaultExport: it is how a file is imported
  export default file
}
