/** How far a dispute is. An inquiry has taken no money yet; the last three are for good. */
export const disputeStatuses = ['inquiry', 'open', 'won', 'lost', 'closed'] as const
export type DisputeStatus = (typeof disputeStatuses)[number]

export const isDecided = (status: DisputeStatus) => status === 'won' || status === 'lost' || status === 'closed'
