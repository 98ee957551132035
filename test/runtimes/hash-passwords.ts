// Hashes a password, and says of each given hash whether the password is its own.
import { runtime } from '@fairpass/sdk/runtime'

const [password = '', ...hashes] = process.argv.slice(2)
const { hash, verify } = runtime.passwordHasher
const verified = await Promise.all(hashes.map((one) => verify(password, one).catch(() => 'no hash')))
console.log(JSON.stringify({ hash: await hash(password, { memoryCost: 19_456, timeCost: 2 }), verified }))
