import { expect, test } from 'bun:test'
import { testFolder } from '@fairpass/servers/testing'
import { createCertificates } from '../edge/certificates.ts'
import { runScript, runtimeNames } from './scripts.ts'

const answer = { peer: '127.0.0.1', traceparent: 'mine', body: 'hello' }

for (const name of runtimeNames) {
  test(`${name} tells the peer, lets headers be set, and ends with what was under way`, async () => {
    const said = await runScript(name, ['listen.ts'])
    // Guarantee: nobody makes a server stumble over the Host that they send.
    const hosts = ['200', '400', '400', '400']
    expect(said).toEqual({ runtime: name, answer, slow: answer, isRefused: true, aborted: 0, hosts })
  })

  test(`${name} does so with TLS, for whoever knows the authority of its certificate`, async () => {
    const { authorityFile, certFile, keyFile } = await createCertificates(testFolder())
    const listen = ['listen.ts', certFile, keyFile]
    const said = await runScript(name, listen, { NODE_EXTRA_CA_CERTS: authorityFile })
    expect(said).toEqual({ runtime: name, answer, slow: answer, isRefused: true, aborted: 0, hosts: [] })
    await expect(runScript(name, listen)).rejects.toThrow(/certificate/i)
  })
}
