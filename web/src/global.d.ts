/// <reference types="@solidjs/start/env" />
import type { Visit } from './server/visit.ts'

declare global {
  namespace App {
    interface RequestEventLocals {
      nonce: string
      visit: Visit
    }
  }
}
