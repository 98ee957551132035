// Sends POSTs one after another: as services reach their sidecar, or as the web app's gateway does.
import { createDapr } from '@fairpass/sdk/dapr'
import * as v from 'valibot'
import { createGateway } from '../../web/src/gateway/gateway.ts'

const [as = '', endpoint = '', count = ''] = process.argv.slice(2)

const dapr = createDapr({ endpoint })
const publicOrigin = 'http://localhost:3000'
const gateway = createGateway({ daprEndpoint: endpoint, publicOrigin, daprApiToken: undefined, trustedProxies: 0 })

const senders: Record<string, (path: string) => Promise<boolean>> = {
  service: (path) =>
    dapr.invoke('orders', path, v.unknown(), { method: 'POST', body: { is: 'whole' } }).then(
      () => true,
      () => false,
    ),
  gateway: async (path) => {
    const body = JSON.stringify({ is: 'whole' })
    const headers = { 'content-type': 'application/json' }
    return (await gateway(new Request(`${publicOrigin}/api/${path}`, { method: 'POST', body, headers }), undefined)).ok
  },
}

const send = senders[as]
if (!send) throw new Error(`there is no sender ${as}`)
const answered: boolean[] = []
for (let sent = 0; sent < Number(count); sent++) answered.push(await send(`orders/${sent}`))
console.log(JSON.stringify(answered))
process.exit(0)
