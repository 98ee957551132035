/** The processes of a marketplace as `run.json` lists them (tools/up/run-file.ts). */
type Process = { pid: number; port: number; metricsPort?: number }
type Service = Process & { daprPid: number; daprHttpPort: number }
export type ServiceName = 'auth' | 'tickets' | 'orders' | 'expiration' | 'payments'
export type RunFile = {
  web: Service
  services: Record<ServiceName, Service>
  mongod: Process
  redis: Process
  placement: { pid: number }
  scheduler: { pid: number }
  stripe: Process
  mailbox: Process
  prometheus?: Process
}
