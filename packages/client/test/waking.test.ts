import { setImmediate as breath } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { connect } from '../src/index.ts'
import { HeldClock } from './held-clock.ts'
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
    // What renews is loaded when it is needed.
    while (fetched < 2) {
      clock.sleep(1_000)
      await breath()
    }
    const renew = await line.take('renew')
    expect(renew).toMatchObject({ ticket: 'ticket-2' })
    line.say({ type: 'ok', id: renew.id, expiresAt: clock.now() + 50_000 })
    while (fetched < 3) {
      clock.sleep(1_000)
      await breath()
    }
    expect(await line.take('renew')).toMatchObject({ ticket: 'ticket-3' })
    line.cut()
    while (client.state.kind === 'online') await breath()
    clock.sleep(1)
    expect(await (await server.line()).take('hello')).toMatchObject({ ticket: 'ticket-4' })
    client.close()
  })
})
