import { metrics } from '@fairpass/sdk/telemetry'

/** The value of a metric of this process for these labels; undefined where it has none. */
export const metricValue = async (name: string, labels: Record<string, string> = {}): Promise<number | undefined> => {
  const wanted = Object.entries(labels).map(([label, value]) => `${label}="${value}"`)
  const line = (await metrics.metrics())
    .split('\n')
    .find((one) => /^\w+/.exec(one)?.[0] === name && wanted.every((label) => one.includes(label)))
  return line === undefined ? undefined : Number(line.slice(line.lastIndexOf(' ')))
}
