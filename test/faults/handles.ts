import { readdirSync } from 'node:fs'

const limitOf = (pid: number) => {
  const told = Bun.spawnSync(['prlimit', '--pid', `${pid}`, '--nofile', '--output', 'SOFT,HARD', '--noheadings'])
  const [soft = '', hard = ''] = told.stdout.toString().trim().split(/\s+/)
  return `${soft}:${hard}`
}

const limitTo = (pid: number, limit: string) =>
  Bun.spawnSync(['prlimit', '--pid', `${pid}`, `--nofile=${limit}`], { stdout: 'ignore', stderr: 'ignore' })

export const canLimitHandles = Bun.which('prlimit') !== null

/** This process gets no file handle beyond those that it has, until the returned function is called. */
export const useUpHandles = (pid: number) => {
  const before = limitOf(pid)
  const open = new Set(readdirSync(`/proc/${pid}/fd`).map(Number))
  // The limit is one of numbers, and what is opened gets the lowest that is free.
  let lowestFree = 0
  while (open.has(lowestFree)) lowestFree++
  limitTo(pid, `${lowestFree}:${before.split(':')[1]}`)
  return () => {
    limitTo(pid, before)
  }
}
