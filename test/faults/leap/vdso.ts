import { closeSync, openSync, readdirSync, readFileSync, readSync, writeSync } from 'node:fs'
import { eventually } from '../../eventually.ts'

// Programs of Go are linked statically and load nothing; they read the clock from a page that the kernel maps into every process.
// Each process has a copy of its own as soon as something is written to it: from then on its clock is another one.

const dynamicSymbols = 11
const jumpBytes = 5
/** Of the zeros that fill the image's last page: the seconds by which the clock is off, then the code that adds them. */
const patchBytes = 64

/**
 * `clock_gettime` by the system call; to the clock on the wall (0, and 5, the coarse one) the eight bytes before this code are
 * added: mov eax,228; syscall; test eax,eax; jnz end; test edi,edi; jz add; cmp edi,5; jne end; add: mov rdx,[rip-35];
 * add [rsi],rdx; end: ret
 */
const code = Buffer.from('b8e40000000f0585c0751385ff740583ff05750a488b15ddffffff480116c3', 'hex')

const openMemory = (pid: number) => {
  const file = openSync(`/proc/${pid}/mem`, 'r+')
  return {
    read: (at: number, length: number) => {
      const bytes = Buffer.alloc(length)
      readSync(file, bytes, 0, length, at)
      return bytes
    },
    write: (at: number, bytes: Buffer) => {
      writeSync(file, bytes, 0, bytes.length, at)
    },
    close: () => closeSync(file),
  }
}

const findImage = (pid: number): [number, number] => {
  const line = readFileSync(`/proc/${pid}/maps`, 'utf8')
    .split('\n')
    .find((one) => one.endsWith('[vdso]'))
  const [start = 0, end = 0] = (line?.split(' ')[0] ?? '').split('-').map((address) => Number.parseInt(address, 16))
  if (!(end > start)) throw new Error(`process ${pid} has no vDSO`)
  return [start, end]
}

/** Where a function begins in an ELF image of 64 bits. */
const findFunction = (image: Buffer, name: string): number => {
  const [sections, size, count] = [
    Number(image.readBigUInt64LE(0x28)),
    image.readUInt16LE(0x3a),
    image.readUInt16LE(0x3c),
  ]
  const headers = Array.from({ length: count }, (_, nth) => image.subarray(sections + nth * size))
  const symbols = headers.find((header) => header.readUInt32LE(4) === dynamicSymbols)
  const names = symbols && headers[symbols.readUInt32LE(40)]
  if (!symbols || !names) throw new Error('the vDSO has no symbols')
  const [from, length] = [Number(symbols.readBigUInt64LE(24)), Number(symbols.readBigUInt64LE(32))]
  for (let at = from; at < from + length; at += 24) {
    const text = image.subarray(Number(names.readBigUInt64LE(24)) + image.readUInt32LE(at))
    if (text.subarray(0, name.length + 1).toString() === `${name}\0`) return Number(image.readBigUInt64LE(at + 8))
  }
  throw new Error(`the vDSO has no ${name}`)
}

/** While `work` runs the process stands still, and none of its threads within the bytes from `from` to `to`. */
const whileStopped = async (pid: number, [from, to]: [number, number], work: () => void) => {
  const threads = () => readdirSync(`/proc/${pid}/task`)
  const of = (thread: string, what: string) => readFileSync(`/proc/${pid}/task/${thread}/${what}`, 'utf8')
  const isStopped = (thread: string) => /\) [Tt] /.test(of(thread, 'stat'))
  const isWithin = (thread: string) => {
    const at = Number(of(thread, 'syscall').trim().split(' ').at(-1))
    return !(at <= from || at >= to)
  }
  await eventually(
    async () => {
      process.kill(pid, 'SIGSTOP')
      try {
        const isSafe = threads().every((thread) => isStopped(thread) && !isWithin(thread))
        if (isSafe) work()
        return isSafe
      } finally {
        process.kill(pid, 'SIGCONT')
      }
    },
    Boolean,
    5_000,
  )
}

/** A process whose clock can be set; `set` takes the seconds by which it is off from then on. */
export const openClockOf = async (pid: number) => {
  const memory = openMemory(pid)
  const [start, end] = findImage(pid)
  const image = memory.read(start, end - start)
  const room = image.length - patchBytes
  if (image.subarray(room - 1).some((byte) => byte !== 0)) throw new Error('the vDSO has no room left')
  const entry = findFunction(image, '__vdso_clock_gettime')
  memory.write(start + room + 8, code)
  const jump = Buffer.alloc(jumpBytes, 0xe9)
  jump.writeInt32LE(room + 8 - (entry + jumpBytes), 1)
  await whileStopped(pid, [start + entry, start + entry + jumpBytes], () => memory.write(start + entry, jump))
  return {
    set: (seconds: number) => {
      const bytes = Buffer.alloc(8)
      bytes.writeBigInt64LE(BigInt(seconds))
      memory.write(start + room, bytes)
    },
    close: memory.close,
  }
}
