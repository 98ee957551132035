import { query } from '@solidjs/router'
import type { Visitor } from '../domain/visitor.ts'
import { shownFailure } from '../i18n/error-message.ts'
import { requestEvent } from './load.ts'

export const readVisitor = query(async (): Promise<Visitor> => {
  const { visit } = requestEvent().locals
  return {
    user: visit.user,
    language: visit.language,
    locale: visit.locale,
    publicOrigin: visit.publicOrigin,
    stripeKey: visit.stripeKey,
    feeBasisPoints: visit.feeBasisPoints,
    payoutDelaySeconds: visit.payoutDelaySeconds,
    refusal: visit.refusal && shownFailure(visit, visit.refusal),
    result: visit.result,
    away: visit.away,
    idempotencyKey: crypto.randomUUID(),
    now: new Date().toISOString(),
  }
}, 'visitor')
