import { someLinesOfText } from '@fairpass/sdk/http'
import { PageLimit } from '@fairpass/sdk/mongo'
import * as v from 'valibot'

const Reason = someLinesOfText(2_000)
export const NewClaim = v.strictObject({ reason: Reason })
export const ClaimReply = v.strictObject({ text: Reason })
export const ClaimDecision = v.strictObject({ refund: v.boolean('must be true or false'), reason: Reason })
export const Page = v.object({ limit: PageLimit, cursor: v.optional(v.string()) })
export const ClaimsQuery = v.object({
  ...Page.entries,
  status: v.optional(v.picklist(['open', 'refunded', 'rejected'], 'must be open, refunded or rejected'), 'open'),
})

/** Why a hand-over, or a claim, stays as it is. */
export const handoverRefusals = ['not_found', 'handover_not_possible', 'version_conflict'] as const
export const claimRefusals = ['not_found', 'claim_not_possible', 'version_conflict'] as const
