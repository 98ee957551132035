// Waits until the test process at the other end of stdin is gone, then removes the containers and networks of its session.

await Bun.stdin.text()
// A daemon that hangs is not waited for.
setTimeout(() => process.exit(1), 30_000).unref()
const { getContainerRuntimeClient, LABEL_TESTCONTAINERS_SESSION_ID } = await import('testcontainers')
const { dockerode } = (await getContainerRuntimeClient()).container
const filters = { label: [`${LABEL_TESTCONTAINERS_SESSION_ID}=${process.argv[2]}`] }
const containers = await dockerode.listContainers({ all: true, filters })
await Promise.allSettled(containers.map(({ Id }) => dockerode.getContainer(Id).remove({ force: true, v: true })))
const networks = await dockerode.listNetworks({ filters })
await Promise.allSettled(networks.map(({ Id }) => dockerode.getNetwork(Id).remove()))

export {}
