import { connect as netConnect } from 'node:net'
import { LIMITS } from '@longwire/protocol'
import { describe, expect, test } from 'vitest'
import { Refusal } from '../src/refusal.ts'
import { afterwards, expectAWholeTurn, house, SkippingClock } from './house.ts'
import { Peer } from './peer.ts'
import { blocksOf } from './readers.ts'

const HANDSHAKE = [
  'GET /v1/socket HTTP/1.1',
  'Host: 127.0.0.1',
  'Connection: Upgrade',
  'Upgrade: websocket',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  '',
  '',
].join('\r\n')

describe('a quiet line', () => {
  test('[W5] carries a heartbeat when nothing else was said, and lives as long as the peer answers', async () => {
    const home = await house({ heartbeatMs: 300 })
    const peer = await home.connect()
    const welcome = await peer.next('welcome')
    expect(welcome.heartbeatMs).toBe(300)
    await peer.open()
    for (let n = 0; n < 3; n++) await peer.next('heartbeat')
    expect(peer.closed).toBeUndefined()
    expect(await peer.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  })

  test('[W5] over SSE is kept by comments', async () => {
    const home = await house({ heartbeatMs: 40 })
    const { body } = await home.post('/v1/sessions', { agent: 'echo' })
    const response = await fetch(`${home.url}/v1/sessions/${body.session}/events`, {
      headers: { accept: 'text/event-stream' },
    })
    const blocks: string[] = []
    for await (const block of blocksOf(response)) {
      blocks.push(block)
      if (blocks.length === 4) break
    }
    expect(blocks[0]).toMatch(/^: log=\S+ /)
    expect(blocks[1]).toMatch(/^id: 1\ndata: /)
    expect(blocks.slice(2)).toEqual([': heartbeat', ': heartbeat'])
  })

  test('[W6] a peer that answers nothing, not even a ping, is dropped, and others are not', async () => {
    const home = await house({ heartbeatMs: 300 })
    const alive = await home.connect()
    await alive.open()
    const { hostname, port } = new URL(home.url)
    const dead = netConnect(Number(port), hostname)
    afterwards(() => dead.destroy())
    const began = performance.now()
    dead.write(HANDSHAKE)
    dead.on('data', () => {})
    await new Promise((resolve) => dead.on('close', resolve))
    expect(performance.now() - began).toBeGreaterThanOrEqual(550)
    expect(alive.closed).toBeUndefined()
    await expectAWholeTurn(home)
  })

  test('[W6] a server that was held up for long asks before it drops anybody', async () => {
    const clock = new SkippingClock()
    const home = await house({ heartbeatMs: 200, clock })
    const peer = await home.connect()
    await peer.open()
    clock.skip(3_600_000)
    const seen = peer.frames.length
    await peer.until(() => peer.frames.slice(seen).filter(({ type }) => type === 'heartbeat').length >= 3)
    expect(peer.closed).toBeUndefined()
  })
})

describe('a connection', () => {
  test('[B5] that carries nothing is closed as idle with 4408, and one with an attachment is not', async () => {
    const clock = new SkippingClock()
    const home = await house({ heartbeatMs: 200, clock })
    const idle = await home.connect()
    const attached = await home.connect()
    await attached.open()
    clock.skip(LIMITS.idleMs)
    expect(await idle.ended()).toMatchObject({ code: 4408 })
    expect(idle.frames.at(-1)).toMatchObject({ type: 'error', code: 'idle', retry: 'now' })
    expect(await attached.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  })

  test('[B5] that is older than connectionMs is closed as too long with 4408', async () => {
    const clock = new SkippingClock()
    const home = await house({ heartbeatMs: 200, clock })
    const peer = await home.connect()
    await peer.open()
    clock.skip(LIMITS.connectionMs)
    expect(await peer.ended()).toMatchObject({ code: 4408 })
    expect(peer.frames.at(-1)).toMatchObject({ type: 'error', code: 'too_long', retry: 'now' })
  })

  test('[E4] whose identity runs out is closed with 4401', async () => {
    const clock = new SkippingClock()
    const verifier = {
      name: 'short',
      verify: async () => ({
        principal: 'p',
        sees: { trace: 'debug' as const, reasoning: true },
        expiresAt: clock.now() + 60_000,
      }),
    }
    const home = await house({ heartbeatMs: 200, clock, verifiers: [verifier] })
    const peer = await home.connect()
    await peer.open()
    clock.skip(60_000)
    expect(await peer.ended()).toMatchObject({ code: 4401 })
    expect(peer.frames.at(-1)).toMatchObject({ code: 'identity_expired', retry: 'new-identity' })
  })
})

/** A server that recognises nobody in the handshake, and takes the tickets `ann` and `bob`. */
async function ticketDoor(): Promise<{ url: string; clock: SkippingClock }> {
  const clock = new SkippingClock()
  const byName = {
    name: 'name',
    verify: async () => undefined,
    redeem: async (ticket: string) => {
      if (ticket !== 'ann' && ticket !== 'bob') throw new Refusal('unauthenticated', 'no such ticket')
      return { principal: ticket, sees: { trace: 'debug' as const, reasoning: true }, expiresAt: clock.now() + 60_000 }
    },
  }
  const { url } = await house({ verifiers: [byName], clock, heartbeatMs: 200 })
  return { url, clock }
}

describe('a handshake that carries no identity', () => {
  test('[B5] [C11] is closed with 4401 when no hello comes in time', async () => {
    const { url, clock } = await ticketDoor()
    const peer = await Peer.connect(url)
    clock.skip(LIMITS.helloMs)
    expect(await peer.ended()).toMatchObject({ code: 4401 })
    expect(peer.frames.map(({ type, code }) => [type, code]).at(-1)).toEqual(['error', 'unauthenticated'])
    expect(peer.frames.some(({ type }) => type === 'welcome')).toBe(false)
  })

  test('[C11] is greeted when it says hello with a ticket, and may ask for nothing before', async () => {
    const { url } = await ticketDoor()
    const peer = await Peer.connect(url)
    for (const command of [
      { type: 'open', ch: 1, agent: 'echo' },
      { type: 'attach', ch: 1, session: 'a' },
      { type: 'renew', ticket: 'ann' },
      { type: 'hello', ticket: 'forged' },
      { type: 'hello' },
    ]) {
      const answer = await peer.ask(command)
      expect(answer, JSON.stringify(command)).toMatchObject({ code: 'unauthenticated', retry: 'new-identity' })
    }
    expect(await peer.ask({ type: 'hello', id: 'h', ticket: 'ann' })).toMatchObject({
      type: 'welcome',
      id: 'h',
      principal: 'ann',
    })
    expect(await peer.open()).toMatch(/^ses_/)
    peer.cut()
  })

  test('[C12] is renewed by the same principal, and by no other', async () => {
    const { url, clock } = await ticketDoor()
    const peer = await Peer.connect(url)
    await peer.ask({ type: 'hello', ticket: 'ann' })
    await peer.open()
    clock.skip(50_000)
    expect(await peer.ask({ type: 'renew', ticket: 'bob' })).toMatchObject({ type: 'error', code: 'forbidden' })
    expect(await peer.ask({ type: 'renew', ticket: 'ann' })).toMatchObject({ type: 'ok' })
    clock.skip(50_000)
    expect(await peer.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
    const seen = peer.frames.length
    await peer.until(() => peer.frames.slice(seen).some(({ type }) => type === 'heartbeat'))
    expect(peer.closed).toBeUndefined()
    clock.skip(50_000)
    expect(await peer.ended()).toMatchObject({ code: 4401 })
  })
})
