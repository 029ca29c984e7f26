import { setImmediate as breath } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { connect } from '../src/index.ts'
import { HeldClock } from './held-clock.ts'
import { HeldWires } from './held-wires.ts'
import { pageOf, state } from './page.ts'
import { ScriptedServer } from './scripted-server.ts'

/** A page whose return the test tells. */
function held() {
  let wake = () => {}
  return {
    clock: new HeldClock(),
    chance: () => 0.99,
    wakes: (listener: () => void) => {
      wake = listener
      return () => {}
    },
    wake: () => wake(),
  }
}

describe('when the page or the network is back', () => {
  test('[K33] a wait is cut short', async () => {
    await using server = await ScriptedServer.listen()
    const page = held()
    const { client, line } = await pageOf(server, page)
    line.cut()
    await state(client, 'waiting')
    page.wake()
    expect(client.state).toMatchObject({ kind: 'connecting', attempt: 2 })
    client.close()
  })

  test('[K33] a line that seems to be there is asked, and is dead if it says nothing for three seconds', async () => {
    await using server = await ScriptedServer.listen()
    const page = held()
    const { client, line } = await pageOf(server, page)
    page.clock.sleep(1_000)
    page.wake()
    await line.take('ping')
    expect(client.state.kind).toBe('online')
    page.clock.sleep(3_000)
    expect(client.state).toMatchObject({ kind: 'waiting', why: 'silent' })
    client.close()
  })
})

describe('who asks', () => {
  test('[K35] is fetched for every try, and said again in the open line when a fifth of its time is left', async () => {
    await using server = await ScriptedServer.listen()
    const clock = new HeldClock()
    let fetched = 0
    const auth = () => {
      fetched += 1
      return { ticket: `ticket-${fetched}`, expiresAt: clock.now() + 100_000 }
    }
    const client = connect(server.url, { auth, clock, chance: () => 0 })
    client.session('s', { after: '0' })
    const line = await server.line()
    expect(await line.take('hello')).toMatchObject({ ticket: 'ticket-1' })
    line.welcome(1_000_000)
    await line.attach()
    await renewalOf(clock)
    const renew = await line.take('renew')
    expect([renew, fetched]).toMatchObject([{ ticket: 'ticket-2' }, 2])
    line.say({ type: 'ok', id: renew.id, expiresAt: clock.now() + 50_000 })
    await renewalOf(clock)
    expect(await line.take('renew')).toMatchObject({ ticket: 'ticket-3' })
    line.cut()
    while (client.state.kind === 'online') await breath()
    clock.sleep(1)
    expect(await (await server.line()).take('hello')).toMatchObject({ ticket: 'ticket-4' })
    client.close()
  })

  test('[K35] where a line cannot say it, another is dialled with it, and takes over once it is welcome', async () => {
    const clock = new HeldClock()
    const wires = new HeldWires()
    const auth = () => ({ headers: { who: `at ${clock.now()}` }, expiresAt: clock.now() + 100_000 })
    const client = connect('http://127.0.0.1', { auth, clock, share: wires.share })
    client.session('s', { after: '7' })
    const first = await wires.next()
    first.welcome('one', 1_000_000)
    await renewalOf(clock)
    const second = await wires.next()
    expect(second.credentials()).toMatchObject({ headers: { who: 'at 1080000' } })
    expect([client.state, first.isClosed]).toMatchObject([{ kind: 'online', connection: 'one' }, false])
    second.welcome('two', 1_000_000)
    expect([client.state, first.isClosed]).toMatchObject([{ kind: 'online', connection: 'two' }, true])
    expect(second.said).toMatchObject([{ type: 'attach', session: 's', after: '7' }])
    client.close()
  })
})

describe('a stream that falls silent', () => {
  const wires = ['sse', 'poll'] as const

  test('[K34] is followed by polls where nobody slept', async () => {
    const clock = new HeldClock()
    const held = new HeldWires()
    const client = connect('http://127.0.0.1', { clock, chance: () => 0, wires, share: held.share })
    client.session('s')
    const stream = await held.next()
    expect(stream.name).toBe('sse')
    stream.welcome('one', 30_000)
    while (client.state.kind === 'online') clock.sleep(clock.next!)
    expect(client.state).toMatchObject({ kind: 'waiting', wire: 'poll', why: 'silent' })
    clock.sleep(clock.next!)
    expect((await held.next()).name).toBe('poll')
    client.close()
  })

  test('[K34] is followed by another stream where the machine slept', async () => {
    const clock = new HeldClock()
    const held = new HeldWires()
    const client = connect('http://127.0.0.1', { clock, chance: () => 0, wires, share: held.share })
    client.session('s')
    const stream = await held.next()
    stream.welcome('one', 30_000)
    clock.sleep(3_600_000)
    expect(client.state).toMatchObject({ kind: 'waiting', wire: 'sse', why: 'silent' })
    client.close()
  })
})

/** Lets the time pass until who asks is fetched again: the code for that is loaded when it is needed. */
async function renewalOf(clock: HeldClock): Promise<void> {
  while ((clock.next ?? Number.POSITIVE_INFINITY) > 100_000) await breath()
  clock.sleep(clock.next!)
}
