import { expect, test } from 'bun:test'
import { runScript, runtimeNames } from './scripts.ts'

for (const name of runtimeNames)
  test(`${name} tells the peer, lets headers be set, and ends with what was under way`, async () => {
    const answer = { peer: '127.0.0.1', traceparent: 'mine', body: 'hello' }
    const said = await runScript(name, 'listen.ts')
    // Guarantee: nobody makes a server stumble over the Host that they send.
    const hosts = ['200', '400', '400', '400']
    expect(said).toEqual({ runtime: name, answer, slow: answer, isRefused: true, aborted: 0, hosts })
  })
