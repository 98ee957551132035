import { type Dapr, Owed } from '@fairpass/sdk/dapr'

/** The payments service, which alone knows what a seller is still owed. */
export type Payments = { isOwed: (userId: string) => Promise<boolean> }

export const createPayments = ({ invoke }: Pick<Dapr, 'invoke'>): Payments => ({
  isOwed: async (userId) => (await invoke('payments', `internal/sellers/${userId}/owed`, Owed)).isOwed,
})
