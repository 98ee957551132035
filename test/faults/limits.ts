import { readdirSync, readFileSync } from 'node:fs'

const setLimit = (pid: number, resource: 'nofile' | 'as', limit: string) =>
  Bun.spawnSync(['prlimit', '--pid', `${pid}`, `--${resource}=${limit}`], { stdout: 'ignore', stderr: 'ignore' })

const limitsOf = (pid: number, resource: 'nofile' | 'as') => {
  const told = Bun.spawnSync(['prlimit', '--pid', `${pid}`, `--${resource}`, '--output', 'SOFT,HARD', '--noheadings'])
  const [soft = '', hard = ''] = told.stdout.toString().trim().split(/\s+/)
  return { soft, hard }
}

/** What a process has is all that it gets, until the returned function is called. */
const limitTo = (pid: number, resource: 'nofile' | 'as', most: number) => {
  const { soft, hard } = limitsOf(pid, resource)
  setLimit(pid, resource, `${most}:${hard}`)
  return () => {
    setLimit(pid, resource, `${soft}:${hard}`)
  }
}

export const canLimit = Bun.which('prlimit') !== null

export const useUpHandles = (pid: number) => {
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number))
  // The limit is one of numbers, and what is opened gets the lowest that is free.
  let lowestFree = 0
  while (open.has(lowestFree)) lowestFree++
  return limitTo(pid, 'nofile', lowestFree)
}

export const useUpMemory = (pid: number) => {
  const kb = Number(/VmSize:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0)
  return limitTo(pid, 'as', kb * 1024)
}
