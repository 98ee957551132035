/// <reference types="@solidjs/start/env" />
import type { Visit } from './server/session/visit.ts'

declare module '*.wasm?url&inline' {
  /** The build of the server makes a module of it, the one of pages keeps it as a data URL. */
  const wasm: string | WebAssembly.Module
  export default wasm
}

declare global {
  namespace App {
    interface RequestEventLocals {
      nonce: string
      visit: Visit
    }
  }
}
