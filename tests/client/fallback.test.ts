import { describe, expect, test } from 'vitest'
import { HttpProxy, type Upgrades } from './fault-proxy.ts'
import { afterwards, clientOf, foldOfLog, IMPATIENT, online, served, until } from './home.ts'
import { goOn, told } from './teller.ts'

async function proxied(upgrades: Upgrades = 'pass', isBuffering = false) {
  const server = await served()
  const proxy = await HttpProxy.before(server.url)
  afterwards(() => proxy.close())
  Object.assign(proxy, { upgrades, isBuffering })
  return { server, proxy }
}

describe('where WebSockets do not get through', () => {
  for (const upgrades of ['close', 'hang', 'strip', 200, 403, 426] as const) {
    test(`[K31] a handshake that is answered with «${upgrades}» leads to a stream, and a turn goes on over it`, async () => {
      const { server, proxy } = await proxied(upgrades)
      const client = clientOf(proxy.url, { clock: IMPATIENT })
      const session = await client.open({ agent: 'teller' })
      expect(client.state).toMatchObject({ kind: 'online', wire: 'sse' })
      const sent = session.send(JSON.stringify({ pieces: 40, step: 10 }))
      expect(await sent).toMatchObject({ outcome: 'applied', turn: expect.any(String) })
      await until(session, () => session.view.turns[0]?.status === 'completed')
      expect(session.view).toEqual(await foldOfLog(server.url, session.id))
    })
  }

  test('[K31] a stream that is held back as well leads to polls, and a turn goes on over them', async () => {
    const { server, proxy } = await proxied(403, true)
    const client = clientOf(proxy.url, { clock: IMPATIENT })
    const session = await client.open({ agent: 'teller' })
    expect(client.state).toMatchObject({ kind: 'online', wire: 'poll' })
    expect(await session.ask(JSON.stringify({ pieces: 100 })).result).toBe(told(100))
    expect(session.view).toEqual(await foldOfLog(server.url, session.id))
  })

  test('[K31] [K42] where no wire gets through it waits, begins with the best again, and ends after the tries that it has', async () => {
    const { proxy } = await proxied(403)
    const { url } = proxy
    await proxy.close()
    const client = clientOf(url, { tries: 2, chance: () => 0 })
    const seen: string[] = []
    client.subscribe(() => {
      const state = `${client.state.kind} ${'wire' in client.state ? client.state.wire : ''}`
      // It tells of what waits to be sent as well.
      if (state !== seen.at(-1)) seen.push(state)
    })
    await expect(client.open({ agent: 'teller' })).rejects.toMatchObject({ code: 'unreachable' })
    const ladder = ['connecting websocket', 'connecting sse', 'connecting poll']
    expect(seen.filter((state) => !state.startsWith('idle'))).toEqual([
      ...ladder,
      'waiting websocket',
      ...ladder,
      'closed ',
    ])
  })

  test('[K4] a server that refuses who asks says so over HTTP, and the client ends', async () => {
    const refuse = { name: 'none', verify: async () => undefined }
    const server = await served({ verifiers: [refuse] })
    const client = clientOf(server.url, { wires: ['sse'] })
    await expect(client.open({ agent: 'teller' })).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

describe('from wire to wire', () => {
  test('[K32] in mid-turn the line goes from a stream back to the WebSocket, and nothing is lost or doubled', async () => {
    const { server, proxy } = await proxied(403)
    const client = clientOf(proxy.url, { clock: IMPATIENT })
    const session = await client.open({ agent: 'teller' })
    const reply = session.ask(JSON.stringify({ pieces: 3_000, step: 100, waitsFor: 'the WebSocket' }))
    const pieces: string[] = []
    const reading = (async () => {
      for await (const piece of reply) pieces.push(piece)
    })()
    await until(session, () => reply.text.length > 100)
    proxy.upgrades = 'pass'
    await online(client, 'websocket')
    expect(session.view.turns[0]?.status).toBe('running')
    goOn('the WebSocket')
    await reading
    expect(pieces.join('').replaceAll('\n', '')).toBe(told(3_000))
    expect(session.view).toEqual(await foldOfLog(server.url, session.id))
  })

  test('[K31] in mid-turn the WebSocket is cut and blocked, and the turn goes on over a stream', async () => {
    const { server, proxy } = await proxied()
    const client = clientOf(proxy.url, { clock: IMPATIENT, chance: () => 0 })
    const session = await client.open({ agent: 'teller' })
    const reply = session.ask(JSON.stringify({ pieces: 2_000, step: 100, waitsFor: 'the poll' }))
    await until(session, () => reply.text.length > 100)
    proxy.upgrades = 426
    proxy.cut()
    await online(client, 'sse')
    proxy.isBuffering = true
    proxy.cut()
    await online(client, 'poll')
    expect(session.view.turns[0]?.status).toBe('running')
    goOn('the poll')
    expect((await reply.result).replaceAll('\n', '')).toBe(told(2_000))
    expect(session.view).toEqual(await foldOfLog(server.url, session.id))
  })

  test('[K32] what got through is dialled first by the next page, for as long as it is remembered', async () => {
    const { proxy } = await proxied(403)
    const kept = new Map<string, string>()
    const storage = {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => void kept.set(key, value),
      removeItem: (key: string) => void kept.delete(key),
    }
    await clientOf(proxy.url, { storage }).open({ agent: 'teller' })
    proxy.requests.length = 0
    await clientOf(proxy.url, { storage }).open({ agent: 'teller' })
    expect(proxy.requests[0]).toBe('POST /v1/line text/event-stream')
    proxy.requests.length = 0
    const clock = { ...IMPATIENT, now: () => Date.now() + 600_001 }
    await clientOf(proxy.url, { storage, clock }).open({ agent: 'teller' })
    expect(proxy.requests[0]).toBe('UPGRADE')
  })
})
