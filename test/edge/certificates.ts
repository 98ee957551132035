// What signs the certificates asks for this at its first import.
import 'reflect-metadata'
import { join } from 'node:path'
import {
  BasicConstraintsExtension,
  cryptoProvider,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509'

const signingAlgorithm = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' }
const validMs = 60 * 60_000

const newKeys = () => crypto.subtle.generateKey(signingAlgorithm, true, ['sign', 'verify'])

/**
 * Writes the certificate of an authority that nobody knows, and one for this machine that it has signed, with its key.
 * @returns their files, as PEM
 */
export const createCertificates = async (folder: string) => {
  cryptoProvider.set(crypto)
  const [authority, server] = [await newKeys(), await newKeys()]
  const [notBefore, notAfter] = [new Date(Date.now() - validMs), new Date(Date.now() + validMs)]
  const root = await X509CertificateGenerator.createSelfSigned({
    ...{ name: 'CN=An authority of the tests', keys: authority, signingAlgorithm, notBefore, notAfter },
    extensions: [new BasicConstraintsExtension(true, 0, true), new KeyUsagesExtension(KeyUsageFlags.keyCertSign, true)],
  })
  const certificate = await X509CertificateGenerator.create({
    ...{ subject: 'CN=localhost', issuer: root.subject, signingAlgorithm, notBefore, notAfter },
    ...{ publicKey: server.publicKey, signingKey: authority.privateKey },
    extensions: [
      new SubjectAlternativeNameExtension([
        { type: 'dns', value: 'localhost' },
        { type: 'ip', value: '127.0.0.1' },
      ]),
    ],
  })
  const files = {
    authorityFile: join(folder, 'authority.pem'),
    certFile: join(folder, 'certificate.pem'),
    keyFile: join(folder, 'key.pem'),
  }
  await Bun.write(files.authorityFile, root.toString('pem'))
  await Bun.write(files.certFile, certificate.toString('pem'))
  const key = await crypto.subtle.exportKey('pkcs8', server.privateKey)
  await Bun.write(files.keyFile, PemConverter.encode(key, 'PRIVATE KEY'))
  return files
}
