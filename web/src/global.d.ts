/// <reference types="@solidjs/start/env" />
import type { Visit } from './server/visit.ts'

declare module '*?url&inline' {
  const dataUrl: string
  export default dataUrl
}

declare global {
  namespace App {
    interface RequestEventLocals {
      nonce: string
      visit: Visit
    }
  }
}
