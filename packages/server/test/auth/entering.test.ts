import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createKey, createServer } from '../../src/index.ts'
import { afterwards, house, temporaryFolder } from '../house.ts'
import { Peer } from '../peer.ts'
import { signedHeaders } from './signing.ts'

describe('a server that others can reach', () => {
  test('[I13] does not start where nobody says who may enter, nor lets development decide there', async () => {
    const start = (auth?: object) => createServer({ agents: [], host: '0.0.0.0', port: 0, ...(auth ? { auth } : {}) })
    await expect(start()).rejects.toThrow('nothing says who may enter')
    await expect(start({ use: ['dev'] })).rejects.toThrow('this machine alone')
    await expect(start({ use: ['sigv4'] })).rejects.toThrow('keys need a data folder')
  })
})

describe('in development', () => {
  test('[I13] only this machine is let in, for itself, and no page of another site', async () => {
    const home = await house()
    const status = async (headers: Record<string, string>) => (await home.fetch('/v1/agents', { headers })).status
    expect(await status({})).toBe(200)
    expect(await status({ 'x-forwarded-for': '127.0.0.1' })).toBe(200)
    expect(await status({ 'x-forwarded-for': '203.0.113.9' })).toBe(401)
    expect(await status({ forwarded: 'for=203.0.113.9' })).toBe(401)
    expect(await status({ origin: 'https://evil.example' })).toBe(401)
    expect(await status({ 'sec-fetch-site': 'cross-site' })).toBe(401)
  })
})

describe('a page of another origin', () => {
  test('[W9] [I14] changes nothing at any door, unless the operator named its origin', async () => {
    const app = 'https://app.example.com'
    const home = await house({ origins: [app] })
    const headers = (origin: string) => ({ origin })
    for (const path of ['/v1/sessions', '/v1/tickets', '/anything']) {
      expect(await home.post(path, {}, headers('https://evil.example')), path).toMatchObject({ status: 403 })
    }
    await expect(home.connect(headers('https://evil.example'))).rejects.toThrow('403')
    await expect(home.connect(headers('null'))).rejects.toThrow('403')
    const made = await home.post('/v1/sessions', { agent: 'echo' }, headers(app))
    expect(made.status).toBe(201)
    expect(made.headers.get('access-control-allow-origin')).toBe(app)
    expect(await (await home.connect(headers(app))).next('welcome')).toMatchObject({ principal: 'local' })
    const asked = await fetch(`${home.url}/v1/sessions`, {
      method: 'OPTIONS',
      headers: { origin: app, 'access-control-request-method': 'POST' },
    })
    expect(asked.headers.get('access-control-allow-origin')).toBe(app)
  })

  test('[I14] is of this server where a proxy that is trusted says so, and from nobody else', async () => {
    const data = temporaryFolder()
    const key = await createKey(data, { principal: 'ann', kind: 'api' })
    const headers = {
      'x-api-key': 'key' in key ? key.key : '',
      origin: 'https://chat.example.com',
      'x-forwarded-host': 'chat.example.com',
    }
    const auth = { use: ['key'] as const }
    const trusting = await house({ data, auth, trustedProxies: ['127.0.0.0/8', '::1'] })
    expect((await trusting.post('/v1/sessions', { agent: 'echo' }, headers)).status).toBe(201)
    const other = await house({ data: temporaryFolder(), auth })
    expect((await other.post('/v1/sessions', { agent: 'echo' }, headers)).status).toBe(403)
    await expect(house({ trustedProxies: ['10.0.0.0/33'] })).rejects.toThrow('no network')
    await expect(house({ origins: ['app.example.com'] })).rejects.toThrow('no origin')
  })
})

describe('with TLS', () => {
  test('[I7] [I15] the certificate is read again when its file is another, and open lines stay', async () => {
    const folder = temporaryFolder()
    const make = (name: string) => {
      const [key, cert] = [join(folder, `${name}.key`), join(folder, `${name}.crt`)]
      const subject = [
        '-subj',
        `/CN=${name}`,
        '-days',
        '2',
        '-nodes',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
      ]
      execFileSync('openssl', ['req', '-x509', ...subject, '-keyout', key, '-out', cert], { stdio: 'ignore' })
      return { key, cert }
    }
    const [first, second] = [make('first'), make('second')]
    const tls = { key: join(folder, 'now.key'), cert: join(folder, 'now.crt') }
    const use = (pair: typeof first) => {
      copyFileSync(pair.key, tls.key)
      copyFileSync(pair.cert, tls.cert)
    }
    use(first)
    const data = temporaryFolder()
    const ann = await createKey(data, { principal: 'ann' })
    const home = await house({ tls, data, auth: { use: ['sigv4'] } })
    const signedLine = async () => {
      const url = `${home.url}/v1/socket`
      const headers = await signedHeaders(ann, url)
      const peer = new Peer(new WebSocket(url.replace('https', 'wss'), { headers, rejectUnauthorized: false }))
      afterwards(() => peer.cut())
      expect(await peer.next('welcome')).toMatchObject({ principal: 'ann' })
      return peer
    }
    const before = await signedLine()
    expect(home.url).toMatch(/^https:/)
    const shown = () =>
      new Promise<string>((resolve, reject) => {
        const asked = request(`${home.url}/healthz`, { rejectUnauthorized: false, agent: false }, (response) => {
          resolve(String((response.socket as TLSSocket).getPeerCertificate().subject.CN))
          response.resume()
        })
        asked.on('error', reject).end()
      })
    expect(await shown()).toBe('first')
    use(second)
    await expect.poll(shown, { timeout: 10_000, interval: 100 }).toBe('second')
    // The line that was open is, and one that is signed for comes in over the new certificate.
    expect(await before.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
    const { socket } = await signedLine()
    const cut = new Promise((resolve) => socket.once('close', resolve))
    expect((socket as unknown as { _socket: TLSSocket })._socket.getPeerCertificate().subject.CN).toBe('second')
    socket.terminate()
    await cut
  })
})

test('an identity without a principal, or without what it sees, lets nobody in, and the log says which verifier gave it', async () => {
  for (const identity of [{ principal: 'ann' }, { sees: { trace: 'milestone', reasoning: true } }]) {
    const home = await house({ verifiers: [{ name: 'homemade', verify: async () => identity as never }] })
    expect(await home.fetch('/v1/sessions')).toMatchObject({ status: 500, body: { code: 'internal' } })
    await expect(home.connect()).rejects.toThrow()
    expect(home.complaints.join()).toContain('the verifier homemade gave an identity without a principal')
  }
})
