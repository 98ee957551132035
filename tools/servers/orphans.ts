// One `sh` holds the reading end of a pipe and a list of process groups. When this process ends, in whatever way, the pipe
// ends and the groups are killed: nothing survives a `kill -9` of `bun run up`, grandchildren included.
const reaper = `trap '' INT TERM HUP; groups=
while read -r sign group; do
  if [ "$sign" = + ]; then groups="$groups $group"; continue; fi
  left=; for g in $groups; do [ "$g" = "$group" ] || left="$left $g"; done; groups=$left
done
for g in $groups; do kill -s KILL -- "-$g" 2>/dev/null; done`

type Pipe = { write(text: string): unknown; flush(): unknown }
let pipe: Pipe | undefined

const notifyReaper = (line: string) => {
  if (!pipe) {
    const child = Bun.spawn(['sh', '-c', reaper], {
      stdin: 'pipe',
      stdout: 'ignore',
      stderr: 'ignore',
      detached: true,
      env: {},
      cwd: '/',
    })
    child.unref()
    pipe = child.stdin
  }
  pipe.write(`${line}\n`)
  pipe.flush()
}

/** From now on the process group ends with this process. */
export const registerOrphan = (group: number) => notifyReaper(`+ ${group}`)

export const forgetOrphan = (group: number) => notifyReaper(`- ${group}`)
