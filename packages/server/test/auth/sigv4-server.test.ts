import { connect as connectTo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createKey, type MadeKey, revokeKey } from '../../src/index.ts'
import { ForeignPeer } from '../dialects/socket.ts'
import { afterwards, expectAWholeTurn, type House, house, temporaryFolder } from '../house.ts'
import { signedAddress, signedHeaders } from './signing.ts'

interface Signing {
  readonly home: House
  readonly data: string
  readonly ann: MadeKey
}

async function signing(sigv4: { region?: string; singleUse?: boolean } = {}): Promise<Signing> {
  const data = temporaryFolder()
  const ann = await createKey(data, { principal: 'ann' })
  return { home: await house({ data, auth: { use: ['sigv4'], sigv4 } }), data, ann }
}

describe('a server that asks for signatures', () => {
  test('[I7] takes a signed handshake and knows whose key it was', async () => {
    const { home, ann } = await signing()
    const headers = await signedHeaders(ann, `${home.url}/v1/socket`)
    const peer = await home.connect(headers)
    expect(await peer.next('welcome')).toMatchObject({ principal: 'ann' })
    await expectAWholeTurn(home, headers)
  })

  test('[I7] takes an address that carries its signature, for any of the services, with temporary credentials too', async () => {
    const { home, data } = await signing()
    const brief = await createKey(data, { principal: 'bob', expiresIn: 900 })
    for (const service of ['bedrock-agentcore', 'bedrock']) {
      const address = await signedAddress(brief, `${home.url}/v1/sessions?status=idle`, { service })
      expect(await (await fetch(address)).json()).toMatchObject({ sessions: [] })
    }
    const other = await signedAddress(brief, `${home.url}/v1/sessions`, { service: 's3' })
    expect((await fetch(other)).status).toBe(401)
    const { sessionToken: _, ...tokenless } = brief as Extract<MadeKey, { accessKeyId: string }>
    const bare = await signedAddress(tokenless, `${home.url}/v1/sessions`)
    expect((await fetch(bare)).status).toBe(401)
  })

  test('[I8] [X36] holds what was sent as body against its signature, whether the hash came as a header or not', async () => {
    const { home, ann } = await signing()
    const url = `${home.url}/v1/sessions`
    const body = JSON.stringify({ agent: 'echo' })
    const open = (headers: Record<string, string>, sent: string) => fetch(url, { method: 'POST', headers, body: sent })
    const hashed = await signedHeaders(ann, url, { method: 'POST', body })
    expect((await open(hashed, body)).status).toBe(201)
    expect((await open(hashed, body.replace('echo', 'ohce'))).status).toBe(401)
    const { 'x-amz-content-sha256': _, ...silent } = hashed
    expect((await open(silent, body)).status).toBe(401) // the hash was signed, and did not come
    const unsigned = await signedHeaders(ann, url, {
      method: 'POST',
      body,
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    })
    expect((await open(unsigned, body)).status).toBe(201)
  })

  test('[I9] takes an address once where that was asked for', async () => {
    const { home, ann } = await signing({ singleUse: true })
    const address = await signedAddress(ann, `${home.url}/v1/sessions`)
    expect((await fetch(address)).status).toBe(200)
    expect((await fetch(address)).status).toBe(401)
  })

  test('[I7] takes only its own region where it has one', async () => {
    const { home, ann } = await signing({ region: 'eu-central-1' })
    const status = async (region: string) =>
      (await fetch(`${home.url}/v1/agents`, { headers: await signedHeaders(ann, `${home.url}/v1/agents`, { region }) }))
        .status
    expect(await status('eu-central-1')).toBe(200)
    expect(await status('us-west-2')).toBe(401)
  })

  test('[I10] a revoked key loses its open lines and streams, and others stay', async () => {
    const { home, data, ann } = await signing()
    const bob = await createKey(data, { principal: 'bob' })
    const open = async (key: MadeKey) => home.connect(await signedHeaders(key, `${home.url}/v1/socket`))
    const anns = await open(ann)
    const bobs = await open(bob)
    const session = await anns.open()
    const events = `${home.url}/v1/sessions/${session}/events`
    const stream = await fetch(events, {
      headers: { ...(await signedHeaders(ann, events)), accept: 'text/event-stream' },
    })
    const tickets = `${home.url}/v1/tickets`
    const body = JSON.stringify({ expiresIn: 60 })
    const minted = await fetch(tickets, {
      method: 'POST',
      body,
      headers: await signedHeaders(ann, tickets, { method: 'POST', body }),
    })
    const { ticket } = (await minted.json()) as { ticket: string }

    await revokeKey(data, ann.id)
    expect(await anns.ended()).toMatchObject({ code: 4401 })
    expect(await stream.text()).toContain('"identity_expired"')
    // What was made with the key went with it.
    expect((await fetch(`${home.url}/v1/agents?ticket=${ticket}`)).status).toBe(401)
    await expect(open(ann)).rejects.toThrow('401')
    expect(await bobs.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  })

  test('[I10] a revoked key loses what it opened over every other wire: dialects, lines over HTTP, answers that go on', async () => {
    const data = temporaryFolder()
    const made = (await createKey(data, { principal: 'ann', kind: 'api' })) as MadeKey & { key: string }
    const home = await house({ data, auth: { use: ['key'] } })
    const headers = { authorization: `Bearer ${made.key}` }
    const foreign = await ForeignPeer.connect(home.url, '/ag-ui/echo', headers)
    const runs = await fetch(`${home.url}/ag-ui/echo`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/json' },
      body: JSON.stringify({
        threadId: 't',
        runId: 'r',
        messages: [{ id: 'm', role: 'user', content: 'Hello' }],
        tools: [],
        context: [],
      }),
    })
    await home.host.run()
    const line = await fetch(`${home.url}/v1/line`, {
      method: 'POST',
      headers: { ...headers, accept: 'text/event-stream' },
      body: '',
    })
    await revokeKey(data, made.id)
    expect(await foreign.ended()).toMatchObject({ code: 4401 })
    expect(await runs.text()).toContain('"RUN_ERROR"')
    expect(await line.text()).toContain('"code":4401')
  })

  test('[W10] [X28] a handshake whose headers came twice is taken by the first of each', async () => {
    const { home, ann } = await signing()
    const url = new URL(`${home.url}/v1/socket`)
    const signed = Object.entries(await signedHeaders(ann, url.href)).filter(([name]) => name !== 'host')
    const twice = [`Host: ${url.host}`, 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13']
    const lines = [
      'GET /v1/socket HTTP/1.1',
      ...twice,
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      ...twice,
      'Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==',
      ...signed.map(([name, value]) => `${name}: ${value}`),
    ]
    const line = connectTo(Number(url.port), url.hostname)
    afterwards(() => line.destroy())
    line.write(`${lines.join('\r\n')}\r\n\r\n`)
    const answer = await new Promise<string>((resolve) => line.once('data', (data) => resolve(String(data))))
    expect(answer).toMatch(/^HTTP\/1\.1 101 /)
    // What the protocol's own page answers to that first key.
    expect(answer).toContain('Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
  })

  test('[I11] [X16] a token comes by its subprotocol in either order, and the bare name is selected', async () => {
    const data = temporaryFolder()
    const key = await createKey(data, { principal: 'page', kind: 'api' })
    if (!('key' in key)) throw new Error('no API key was made')
    const home = await house({ data, auth: { use: ['key'] } })
    const name = 'base64UrlBearerAuthorization'
    const token = `${name}.${Buffer.from(key.key).toString('base64url')}`
    const handshake = (offered: string[]) =>
      new Promise<string>((resolve) => {
        const socket = new WebSocket(`${home.url.replace('http', 'ws')}/v1/socket`, offered)
        afterwards(() => socket.terminate())
        socket.once('error', ({ message }) => resolve(message))
        socket.once('message', (frame) => resolve(`${socket.protocol} ${JSON.parse(String(frame)).principal}`))
      })
    expect(await handshake([token, name])).toBe(`${name} page`)
    expect(await handshake([name, token, 'longwire.v1'])).toBe(`${name} page`)
    expect(await handshake([token])).toContain('400')
    expect(await handshake([`${name}.${'A'.repeat(4_097)}`, name])).toContain('401')
    expect(await handshake([`${token}=`.replace('=', 'A'), name])).toContain('401')
  })
})
