import type { Socket } from 'node:net'
import { describe, expect, test } from 'vitest'
import { ForeignPeer } from '../dialects/socket.ts'
import { expectAWholeTurn, house, SkippingClock, serverEnds, turnOn } from '../house.ts'

describe('who asks for too much', () => {
  test('[B3] ten thousand inputs at once are accepted, refused as full or as too fast, and each is answered', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    for (let n = 0; n < 10_000; n++) peer.send({ type: 'input', ch: 1, id: `n${n}`, text: `Input ${n}` })
    await expectAWholeTurn(home)
    const answers = () => peer.frames.filter(({ id }) => typeof id === 'string' && id.startsWith('n'))
    await peer.until(() => answers().length === 10_000)
    const by = new Map<string, number>()
    for (const { code, type } of answers()) by.set(String(code ?? type), (by.get(String(code ?? type)) ?? 0) + 1)
    expect([...by.keys()].sort()).toEqual(['ok', 'queue_full', 'rate_limited'])
    expect(by.get('ok')).toBe(101)
    expect(answers().find(({ code }) => code === 'rate_limited')).toMatchObject({
      retry: 'later',
      retryAfterMs: expect.any(Number),
    })
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { head: 104, status: 'running' } })
  })

  test('[B3] a peer that goes on over its rate is read from less and less, and shown out when nothing helps', async () => {
    const ends = serverEnds()
    const limits = { framesPerSecond: 1, framesBurst: 5, bytesPerSecond: 100_000_000, overRateFrames: 12 }
    const home = await house({ limits, heartbeatMs: 100 })
    const peer = await home.connect()
    const end = ends.get((peer.socket as unknown as { _socket: Socket })._socket.localPort!)!
    const bulk = 'x'.repeat(20_000)
    const sent = 2_000
    for (let n = 0; n < sent; n++) peer.send({ type: 'ping', bulk })
    await expectAWholeTurn(home)
    expect(await peer.ended()).toEqual({ code: 1013, reason: expect.stringContaining('12') })
    // What stood at the peer's end was never read: of forty megabytes a few.
    expect(end.bytesRead).toBeLessThan((sent * bulk.length) / 4)
    const refused = peer.frames.filter(({ id, code }) => id !== undefined && code === 'rate_limited')
    expect(refused).toHaveLength(13)
    const rests = refused.map(({ retryAfterMs }) => retryAfterMs as number)
    expect(Math.min(...rests)).toBeGreaterThan(0)
    expect(peer.frames.at(-1)).toMatchObject({ type: 'error', code: 'rate_limited' })
  })

  test('[B3] [B9] pings of the WebSocket count as frames, and whoever takes no answers to them is not read from', async () => {
    const ends = serverEnds()
    const home = await house({ limits: { framesPerSecond: 1, framesBurst: 5, overRateFrames: 30 } })
    const peer = await home.connect()
    const end = ends.get((peer.socket as unknown as { _socket: Socket })._socket.localPort!)!
    const pongs = new Promise<void>((resolve) => peer.socket.once('pong', () => resolve()))
    for (let n = 0; n < 100_000; n++) peer.socket.ping('x'.repeat(100))
    await pongs
    expect(await peer.ended()).toMatchObject({ code: 1013 })
    expect(end.bytesRead).toBeLessThan(5_000_000)
    await expectAWholeTurn(home)
  })

  test('[B3] frames of a dialect count, also those of which no command comes', async () => {
    const home = await house({ limits: { framesPerSecond: 1, framesBurst: 5, overRateFrames: 5 } })
    for (const frame of ['{}', '{"enableTrace":true}', '{"inputText":"Hello"}']) {
      const peer = await ForeignPeer.connect(
        home.url,
        `/agents/echo/agentAliases/A/sessions/${Math.random()}/websocket`,
      )
      for (let n = 0; n < 500; n++) peer.send(frame)
      expect(await peer.ended(), frame).toMatchObject({ code: 1013 })
      expect(JSON.stringify(peer.told), frame).toContain('frames')
    }
    await expectAWholeTurn(home)
  })

  test('[B4] inputs over waitingInputs get queue_full and are not in the log', async () => {
    const home = await house({ limits: { waitingInputs: 2 } })
    const peer = await home.connect()
    await peer.open()
    await turnOn(home, peer)
    for (const text of ['One', 'Two'])
      expect(await peer.ask({ type: 'input', ch: 1, text })).toMatchObject({ type: 'ok' })
    const full = await peer.ask({ type: 'input', ch: 1, text: 'Three' })
    expect(full).toMatchObject({ code: 'queue_full', retry: 'later', retryAfterMs: expect.any(Number) })
    expect(peer.events().filter(({ type }) => type === 'input.accepted')).toHaveLength(3)
  })

  test('[B4] attachments over the bound get too_many_attachments, and there is room again after detach', async () => {
    const home = await house({ limits: { attachments: 2 } })
    const peer = await home.connect()
    const session = await peer.open(1)
    await peer.attach(session, { ch: 2 })
    const full = { code: 'too_many_attachments', retry: 'later', ch: 3 }
    expect(await peer.attach(session, { ch: 3 })).toMatchObject(full)
    expect(await peer.ask({ type: 'open', ch: 3, agent: 'echo' })).toMatchObject(full)
    await peer.ask({ type: 'detach', ch: 1 })
    expect(await peer.attach(session, { ch: 3 })).toMatchObject({ type: 'attached' })
  })

  test('[B4] sessions of a principal over the bound get too_many_sessions; closing or erasing one makes room', async () => {
    const clock = new SkippingClock()
    const home = await house({ limits: { sessions: 2 }, clock })
    const peer = await home.connect()
    await peer.open(1)
    const second = await peer.open(2)
    expect(await peer.ask({ type: 'open', ch: 3, agent: 'echo' })).toMatchObject({
      code: 'too_many_sessions',
      retry: 'later',
    })
    expect(await home.post('/v1/sessions', { agent: 'echo' })).toMatchObject({ status: 429 })
    await peer.ask({ type: 'close', ch: 1 })
    clock.skip(1_000)
    expect(await peer.open(3)).toMatch(/^ses_/)
    expect(await peer.ask({ type: 'open', ch: 4, agent: 'echo' })).toMatchObject({ code: 'too_many_sessions' })
    await home.fetch(`/v1/sessions/${second}`, { method: 'DELETE' })
    clock.skip(1_000)
    expect(await peer.open(4)).toMatch(/^ses_/)
  })
})
