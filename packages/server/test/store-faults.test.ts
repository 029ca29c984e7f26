import { MemoryStore, StoreUnavailable } from '@longwire/store'
import { describe, expect, test } from 'vitest'
import { afterwards, type House, house, turnOn } from './house.ts'

/** A store that can be told to fail: nothing of what is refused is written. */
class FailingStore extends MemoryStore {
  isFailing = false
  isUnreadable = false

  override async append(...asked: Parameters<MemoryStore['append']>): Promise<number> {
    if (this.isFailing) throw new StoreUnavailable('full', 'there is no room')
    return super.append(...asked)
  }

  override async create(...asked: Parameters<MemoryStore['create']>) {
    if (this.isFailing) throw new StoreUnavailable('full', 'there is no room')
    return super.create(...asked)
  }

  override async read(...asked: Parameters<MemoryStore['read']>) {
    if (this.isUnreadable) throw new StoreUnavailable('failed', 'the file cannot be read')
    return super.read(...asked)
  }
}

async function failing(): Promise<{ home: House; store: FailingStore }> {
  const store = new FailingStore()
  return { home: await house({ data: store }), store }
}

describe('a store that takes nothing for a while', () => {
  test('[C4] commands get store_unavailable, nothing is told, and the same command succeeds once it is back', async () => {
    const { home, store } = await failing()
    const peer = await home.connect()
    const session = await peer.open()
    store.isFailing = true
    const refusal = { type: 'error', code: 'store_unavailable', retry: 'later', retryAfterMs: 1_000 }
    const input = { type: 'input', id: 'i', ch: 1, text: 'Hello' }
    expect(await peer.ask(input)).toMatchObject(refusal)
    expect(await peer.ask({ type: 'close', ch: 1 })).toMatchObject(refusal)
    expect(await peer.ask({ type: 'open', ch: 2, agent: 'echo' })).toMatchObject(refusal)
    const { status, body } = await home.post(`/v1/sessions/${session}/commands`, { ...input, ch: undefined })
    expect([status, body.code]).toEqual([503, 'store_unavailable'])
    expect(home.host.runs).toEqual([])
    expect(peer.told()).toEqual(['session.opened 1'])
    store.isFailing = false
    peer.frames.splice(
      peer.frames.findIndex(({ id }) => id === 'i'),
      1,
    )
    expect(await peer.ask(input)).toMatchObject({ type: 'ok', seq: 2, turn: 't3' })
    ;(await home.host.run()).end()
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed' })
  })

  test('[S2] [S10] the running turn is stopped, runs again once the store is back, and what waits goes on', async () => {
    const { home, store } = await failing()
    const peer = await home.connect()
    const session = await peer.open()
    const run = await turnOn(home, peer)
    await peer.ask({ type: 'input', ch: 1, text: 'Waits' })
    run.speak(1)('Half')
    await peer.event('chunk.text')
    store.isFailing = true
    run.message(1, 'Untold')
    run.speak(2)('Untold')
    await run.told('cancel')
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { status: 'running', head: 5 } })
    store.isFailing = false
    const again = await home.host.runOf(session, 2)
    expect(again.start).toMatchObject({ turn: 't3', attempt: 2 })
    again.end()
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed', turn: 't3' })
    expect(JSON.stringify(peer.frames)).not.toContain('Untold')
    expect(peer.events().filter(({ type }) => type === 'step.rolledback').length).toBeGreaterThan(0)
    const next = await home.host.runOf(session, 3)
    expect(next.start.inputs.map(({ text }) => text)).toEqual(['Waits'])
    next.end()
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed' })
    expect(
      peer
        .events()
        .filter((event) => !('sub' in event))
        .map(({ seq }) => seq),
    ).toEqual(Array.from({ length: peer.events().at(-1)!.seq }, (_, index) => index + 1))
  })

  test('[S2] a turn whose end cannot be stored ends once, when it can', async () => {
    const { home, store } = await failing()
    const peer = await home.connect()
    await peer.open()
    const run = await turnOn(home, peer)
    store.isFailing = true
    run.end()
    expect(await peer.ask({ type: 'cancel', ch: 1 })).toMatchObject({ code: 'store_unavailable' })
    store.isFailing = false
    // A person need not wait for the mending: the turn has no runner, and can be stopped.
    expect(await peer.ask({ type: 'cancel', ch: 1 })).toMatchObject({ type: 'ok', turn: 't3' })
    const next = await turnOn(home, peer)
    next.end()
    await peer.until(() => peer.events().filter(({ type }) => type === 'turn.ended').length === 2)
    expect(peer.events().filter(({ type }) => type === 'turn.ended')).toMatchObject([
      { outcome: 'cancelled', turn: 't3' },
      { outcome: 'completed', turn: next.start.turn },
    ])
  })

  test('[E8] other sessions are not held up while one is being mended', async () => {
    const { home, store } = await failing()
    const peer = await home.connect()
    await peer.open()
    const run = await turnOn(home, peer)
    store.isFailing = true
    run.message(1, 'Untold')
    await run.told('cancel')
    store.isFailing = false
    const other = await home.connect()
    await other.open()
    ;(await turnOn(home, other)).end()
    expect(await other.event('turn.ended')).toMatchObject({ outcome: 'completed' })
  })
})

describe('a store that cannot be read', () => {
  test('attaching and doors say store_unavailable, and work when it is back', async () => {
    const store = new FailingStore()
    const close = store.close.bind(store)
    store.close = async () => {}
    afterwards(close)
    const before = await house({ data: store })
    const { body } = await before.post('/v1/sessions', { agent: 'echo' })
    await before.post(`/v1/sessions/${body.session}/commands`, { type: 'input', id: 'i', context: 1 })
    await before.server.stop(0)
    const home = await house({ data: store })
    store.isUnreadable = true
    const peer = await home.connect()
    expect(await peer.attach(body.session as string)).toMatchObject({
      code: 'store_unavailable',
      retry: 'later',
      ch: 1,
    })
    expect(await home.fetch(`/v1/sessions/${body.session}/view`)).toMatchObject({ status: 503 })
    store.isUnreadable = false
    peer.frames.length = 0
    expect(await peer.attach(body.session as string)).toMatchObject({ type: 'attached', head: 2 })
    await peer.next('snapshot')
  })

  test('a reader that falls back on the log while it cannot be read is told, and its channel is free', async () => {
    const store = new FailingStore()
    const home = await house({ data: store })
    const peer = await home.connect()
    const session = await peer.open()
    const run = await turnOn(home, peer)
    // More than is kept in memory.
    for (let step = 1; step <= 300; step++) run.message(step, 'x'.repeat(2_000))
    await peer.until(() => peer.events().length === 304)
    store.isUnreadable = true
    const reader = await home.connect()
    await reader.attach(session, { after: '1' })
    expect(await reader.next('error')).toMatchObject({ code: 'store_unavailable', ch: 1 })
    const stream = await fetch(`${home.url}/v1/sessions/${session}/events`, {
      headers: { accept: 'text/event-stream' },
    })
    expect(await stream.text()).toContain('"code":"store_unavailable"')
    store.isUnreadable = false
    expect(await reader.attach(session, { after: '1' })).toMatchObject({ type: 'attached' })
    await reader.until(() => reader.events().length === 303)
  })
})
