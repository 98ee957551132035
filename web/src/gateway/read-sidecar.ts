type Sidecar = { daprEndpoint: string; daprApiToken?: string | undefined }
type ReadOptions = { timeoutMs: number; traceparent?: string | undefined }

/** GET on the sidecar's API by the web app itself, without any visitor's session; undefined where nothing answers in time. */
export const createReadSidecar =
  ({ daprEndpoint, daprApiToken }: Sidecar) =>
  (path: string, { timeoutMs, traceparent }: ReadOptions): Promise<Response | undefined> =>
    fetch(`${daprEndpoint}/v1.0/${path}`, {
      headers: {
        ...(traceparent ? { traceparent } : {}),
        ...(daprApiToken ? { 'dapr-api-token': daprApiToken } : {}),
      },
      signal: AbortSignal.timeout(timeoutMs),
    }).catch(() => undefined)
