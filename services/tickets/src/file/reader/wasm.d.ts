declare module '*.wasm' {
  /** where the file is */
  const path: string
  // biome-ignore lint/style/noDefaultExport: it is how a file is imported
  export default path
}
