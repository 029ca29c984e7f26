import { describe, expect, test } from 'vitest'
import { byHeader, house, SkippingClock, turnOn } from './house.ts'

const DOOR = '/v1/development/faults'

describe('faults to order', () => {
  test('[W11] are there for a developer on the machine itself, and nowhere else', async () => {
    const homes = [await house(), await house({ showsFaults: true, verifiers: [byHeader] })]
    for (const home of homes) {
      const headers = { 'x-principal': 'ann' }
      expect(await home.fetch(DOOR, { headers })).toMatchObject({ status: 404, body: { code: 'not_found' } })
      expect(await home.post(DOOR, { kind: 'cut-line' }, headers)).toMatchObject({ status: 404 })
    }
    const home = await house({ showsFaults: true })
    expect(await home.fetch(DOOR)).toMatchObject({ status: 200, body: { faults: [] } })
    for (const wrong of [{ kind: 'fire' }, { kind: 'slow', forMs: 1e9 }, { kind: 'kill-turn' }, {}]) {
      expect(await home.post(DOOR, wrong)).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    const evil = { origin: 'http://evil.example' }
    expect(await home.post(DOOR, { kind: 'cut-line' }, evil)).toMatchObject({ status: 403 })
  })

  test('[W11] cut one line or all, and let no WebSocket in until the time is over, while streams go on', async () => {
    class OtherIds extends SkippingClock {
      override randomId(): string {
        return super.randomId().split('').reverse().join('')
      }
    }
    const clock = new OtherIds()
    const home = await house({ showsFaults: true, clock })
    const [first, second] = [await home.connect(), await home.connect()]
    const session = await first.open()
    const { connection } = await second.next('welcome')
    expect(await home.post(DOOR, { kind: 'cut-line', connection })).toMatchObject({ body: { cut: 1 } })
    expect(await second.ended()).toMatchObject({ code: 1006 })
    expect(first.closed).toBeUndefined()

    await home.post(DOOR, { kind: 'block-websocket', forMs: 60_000 })
    expect(await first.ended()).toMatchObject({ code: 1006 })
    await expect(home.connect()).rejects.toThrow()
    expect((await home.fetch(DOOR)).body.faults).toMatchObject([{ kind: 'block-websocket' }])
    expect(await home.fetch(`/v1/sessions/${session}/events?wait=0`)).toMatchObject({ status: 200 })
    clock.skip(60_001)
    await (await home.connect()).attach(session)
    expect((await home.fetch(DOOR)).body.faults).toEqual([])
  })

  test('[W11] hold back what is said, in its order, and kill the worker of a turn', async () => {
    const home = await house({ showsFaults: true })
    const peer = await home.connect()
    const session = await peer.open()
    const run = await turnOn(home, peer)
    const said = performance.now()
    await home.post(DOOR, { kind: 'slow', delayMs: 150, forMs: 60_000 })
    const speak = run.speak(1)
    for (const text of ['a', 'b', 'c']) speak(text)
    await peer.next((frame) => frame.type === 'chunk.text' && frame.text === 'c')
    expect(performance.now() - said).toBeGreaterThanOrEqual(150)
    expect(peer.events().flatMap((event) => (event.type === 'chunk.text' ? [event.text] : []))).toEqual(['a', 'b', 'c'])
    await home.post(DOOR, { kind: 'slow', forMs: 0 })
    expect(await home.post(DOOR, { kind: 'kill-turn', session })).toMatchObject({ body: { killed: true } })
    expect(await peer.next((frame) => frame.type === 'turn.started' && frame.attempt === 2)).toMatchObject({})
  })
})
