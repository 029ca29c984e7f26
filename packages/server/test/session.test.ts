import { LIMITS } from '@longwire/protocol'
import { MemoryStore } from '@longwire/store'
import { pino } from 'pino'
import { afterEach, describe, expect, test } from 'vitest'
import { SYSTEM_CLOCK } from '../src/clock.ts'
import { createServer, type LongwireServer } from '../src/index.ts'
import { Session } from '../src/session/session.ts'
import { NEW_SESSION } from '../src/session/session-state.ts'
import { sightOf } from '../src/session/sight.ts'
import { Peer } from './peer.ts'
import { ScriptedHost } from './scripted-host.ts'

const open: { stop(deadline?: number): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(open.splice(0).map((each) => each.stop(0)))
})

async function house(): Promise<{ host: ScriptedHost; server: LongwireServer; peer: Peer }> {
  const host = new ScriptedHost()
  const server = await createServer({ agents: host, port: 0 })
  open.push(server)
  return { host, server, peer: await Peer.connect(server.url) }
}

describe('a session over a WebSocket', () => {
  test('a turn streams its drafts at their places and takes their place with a commit', async () => {
    const { host, peer } = await house()
    const welcome = await peer.next('welcome')
    expect(welcome).toMatchObject({ protocol: 1, principal: 'local' })
    peer.send({ type: 'open', ch: 1, agent: 'echo' })
    const attached = await peer.next('attached')
    expect(attached).toMatchObject({ recovered: 'replay', status: 'idle', head: 1 })
    const ok = await peer.ask({ type: 'input', ch: 1, text: 'Hello' })
    expect(ok).toMatchObject({ type: 'ok', seq: 2, input: 'i2', turn: 't3' })
    const run = await host.run()
    const say = run.speak(1)
    say('Hel')
    say('lo "you"')
    run.message(1, 'Hello "you"')
    run.end()
    await peer.next('turn.ended')
    expect(peer.events().map((e) => [e.type, e.seq, 'sub' in e ? e.sub : 0])).toEqual([
      ['session.opened', 1, 0],
      ['input.accepted', 2, 0],
      ['turn.started', 3, 0],
      ['input.applied', 4, 0],
      ['chunk.text', 4, 1],
      ['chunk.text', 4, 2],
      ['message.committed', 5, 0],
      ['turn.ended', 6, 0],
    ])
    expect(peer.events()[5]).toMatchObject({ text: 'lo "you"', part: '0', turn: 't3', step: 't3.1' })
  })
})

test('[P4] a session that comes back into memory goes on behind the last place it gave out', async () => {
  const store = new MemoryStore()
  const about = { key: 'ses_1', session: 'ses_1', agent: 'echo', principal: 'local', metadata: {}, createdAt: 1 }
  const record = await store.create(about, ['{}', '{}'])
  const log = pino({ level: 'silent' })
  const house = { store, clock: SYSTEM_CLOCK, limits: LIMITS, log, describeAgent: () => undefined }
  const before = new Session(house, record, NEW_SESSION)
  before.nextDraftPlace()
  before.nextDraftPlace()
  const after = new Session(house, record, NEW_SESSION)
  after.goOnFrom(before.place)
  expect(after.nextDraftPlace()).toEqual({ seq: 2, sub: 3 })
})

test('a look at a session shows its state and its view of one moment, also where it goes on meanwhile', async () => {
  const session = {
    head: 1,
    state: { at: '1' },
    views: {
      committed: async () => {
        const view = { at: `${session.head}` }
        if (session.head < 3) {
          session.head += 1
          session.state = { at: `${session.head}` }
        }
        return view
      },
    },
  }
  const ground = { session, turns: { isLive: true } } as unknown as Parameters<typeof sightOf>[0]
  expect(await sightOf(ground)).toEqual({ state: { at: '3' }, view: { at: '3' }, isHere: true })
})
