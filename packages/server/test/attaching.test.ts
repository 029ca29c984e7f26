import { once } from 'node:events'
import { get } from 'node:http'
import type { SessionEvent } from '@longwire/protocol'
import { MemoryStore } from '@longwire/store'
import { emptyView, fold, lastTurns, type SessionView } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import { type House, house, serverEnds, turnOn } from './house.ts'
import type { Peer } from './peer.ts'
import type { ScriptedRun } from './scripted-host.ts'

const foldAll = (events: readonly SessionEvent[]): SessionView => events.reduce<SessionView>(fold, emptyView())

async function speaking(options = {}): Promise<{ home: House; first: Peer; session: string; run: ScriptedRun }> {
  const home = await house(options)
  const first = await home.connect()
  const session = await first.open(1, { trace: 'debug' })
  return { home, first, session, run: await turnOn(home, first) }
}

/** What a new reader from this place is answered and told, up to the session's last place. */
async function readFrom(home: House, session: string, upTo: string, more: object): Promise<Peer> {
  const reader = await home.connect()
  await reader.attach(session, { trace: 'debug', ...more })
  await reader.until(() => reader.told().at(-1)?.endsWith(` ${upTo}`) === true || placeOfSnapshot(reader) === upTo)
  return reader
}

const placeOfSnapshot = (peer: Peer) => peer.frames.find(({ type }) => type === 'snapshot')?.at
const recovered = (peer: Peer) => peer.frames.find(({ type }) => type === 'attached')?.recovered

describe('attach with a place', () => {
  test('[A1] a reader that comes back after commit 3 of 6 gets 4 to 6, once, and nothing else', async () => {
    const { home, first, session, run } = await speaking()
    run.message(1, 'Said')
    run.end()
    await first.event('turn.ended')
    const reader = await readFrom(home, session, '6', { after: '3' })
    expect(recovered(reader)).toBe('replay')
    expect(reader.told()).toEqual(['input.applied 4', 'message.committed 5', 'turn.ended 6'])
    await reader.ask({ type: 'ping' })
    expect(reader.events()).toHaveLength(3)
  })

  test('[A1] after 0 replays everything, and after the head nothing', async () => {
    const { home, first, session, run } = await speaking()
    run.message(1, 'Said')
    await first.event('message.committed')
    const all = await readFrom(home, session, '5', { after: '0' })
    expect(all.events().map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5])
    expect(all.events().map(({ type }) => type)).toEqual(first.events().map(({ type }) => type))
    const none = await home.connect()
    expect(await none.attach(session, { after: '5' })).toMatchObject({ recovered: 'replay', head: 5 })
    await none.ask({ type: 'ping' })
    expect(none.events()).toEqual([])
    run.speak(1)('and goes on')
    await none.event('chunk.text')
    expect(none.told()).toEqual(['chunk.text 5.1'])
  })

  test('[A5] [A6] an open draft comes as one event with all its text, at the place of its last piece', async () => {
    const { home, first, session, run } = await speaking()
    const say = run.speak(1)
    for (const text of ['a', 'b', '"', '\n', 'e']) say(text)
    await first.until(() => first.told().at(-1) === 'chunk.text 4.5')
    const reader = await readFrom(home, session, '4.5', { after: '2' })
    expect(reader.told()).toEqual(['turn.started 3', 'input.applied 4', 'chunk.text 4.5'])
    expect(reader.events().at(-1)).toMatchObject({ text: 'ab"\ne', step: 't3.1', part: '0' })
  })

  test('[A8] a place within a draft gives the rest of it and not its beginning', async () => {
    const { home, first, session, run } = await speaking()
    const say = run.speak(1)
    for (const text of ['a', 'b', 'c', 'd', 'e']) say(text)
    await first.until(() => first.told().at(-1) === 'chunk.text 4.5')
    const reader = await readFrom(home, session, '4.5', { after: '4.2' })
    expect(recovered(reader)).toBe('replay')
    expect(reader.events()).toMatchObject([{ seq: 4, sub: 5, text: 'cde' }])
    const atEnd = await home.connect()
    expect(await atEnd.attach(session, { after: '4.5' })).toMatchObject({ recovered: 'replay' })
    await atEnd.ask({ type: 'ping' })
    expect(atEnd.events()).toEqual([])
  })

  test('[A6] parallel drafts with commits between them come with each stretch before the commit that followed it', async () => {
    const { home, first, session, run } = await speaking()
    const one = run.speak(1)
    const two = run.speak(2)
    one('1a')
    one('1b')
    two('2a')
    run.startTool('c1')
    two('2b')
    one('1c')
    run.finishTool('c1')
    one('1d')
    one('1e')
    await first.until(() => first.told().at(-1) === 'chunk.text 6.2')
    const reader = await readFrom(home, session, '6.2', { after: '4' })
    expect(reader.events().map((event) => ('text' in event ? event.text : event.type))).toEqual([
      '1a1b',
      '2a',
      'tool.started',
      '2b',
      '1c',
      'tool.finished',
      '1d1e',
    ])
    expect(foldAll([...first.events().slice(0, 4), ...reader.events()])).toEqual(foldAll(first.events()))
  })

  test('[A4] a reader cut between two merged parallel drafts has missed nothing when it comes back', async () => {
    const { home, first, session, run } = await speaking()
    const one = run.speak(1)
    const two = run.speak(2)
    for (const text of ['a', 'b', 'c']) {
      one(text)
      two(text.toUpperCase())
    }
    one('d')
    await first.until(() => first.told().at(-1) === 'chunk.text 4.7')
    const whole = foldAll(first.events())
    const merged = await readFrom(home, session, '4.7', { after: '4' })
    for (let cut = 1; cut <= merged.events().length; cut++) {
      const before = merged.events().slice(0, cut)
      const last = before.at(-1) as { seq: number; sub: number }
      const place = `${last.seq}.${last.sub}`
      const rest = place === '4.7' ? [] : (await readFrom(home, session, '4.7', { after: place })).events()
      expect(foldAll([...first.events().slice(0, 4), ...before, ...rest]), `cut at ${place}`).toEqual(whole)
    }
  })

  test('[A7] drafts that a commit superseded or rolled back are not sent to a reader that comes later', async () => {
    const { home, first, session, run } = await speaking()
    run.speak(1)('superseded')
    run.speak(2)('rolled back')
    run.message(1, 'Said')
    run.rollBack(2)
    run.speak(3)('open')
    await first.until(() => first.told().at(-1) === 'chunk.text 6.1')
    const reader = await readFrom(home, session, '6.1', { after: '4' })
    expect(reader.told()).toEqual(['message.committed 5', 'step.rolledback 6', 'chunk.text 6.1'])
  })

  test('[A2] without a place, or from further back than is replayed, a view comes first and events go on from there', async () => {
    const { home, first, session, run } = await speaking({ limits: { replayCommits: 3 } })
    run.message(1, 'Said')
    run.speak(2)('Half')
    await first.until(() => first.told().at(-1) === 'chunk.text 5.1')
    const near = await readFrom(home, session, '5.1', { after: '2' })
    expect(recovered(near)).toBe('replay')
    for (const more of [{}, { after: '1' }, { after: '0' }]) {
      const reader = await readFrom(home, session, '5.1', more)
      expect(recovered(reader), JSON.stringify(more)).toBe('snapshot')
      const snapshot = reader.frames.find(({ type }) => type === 'snapshot')!
      expect(snapshot).toMatchObject({ ch: 1, at: '5.1' })
      expect(snapshot.view).toEqual(foldAll(first.events()))
      expect(reader.events()).toEqual([])
      reader.cut()
    }
  })

  test('[A3] a place of the future, or of another log, is told reset and gets a view', async () => {
    const { home, session, first } = await speaking()
    const { log } = await (await home.connect()).attach(session)
    for (const more of [
      { after: '5' },
      { after: '4.1' },
      { after: '9007199254740991.9007199254740991' },
      { after: '4', log: 'another' },
      { log: 'another' },
    ]) {
      const reader = await home.connect()
      expect(await reader.attach(session, more), JSON.stringify(more)).toMatchObject({ recovered: 'reset', log })
      const snapshot = await reader.next('snapshot')
      expect(snapshot.view).toEqual(foldAll(first.events()))
    }
    const fits = await home.connect()
    expect(await fits.attach(session, { after: '4', log })).toMatchObject({ recovered: 'replay' })
  })

  test('[A9] attached carries head, log and status as they are', async () => {
    const { home, first, session, run } = await speaking()
    const reader = await home.connect()
    expect(await reader.attach(session)).toMatchObject({ head: 4, status: 'running', agent: 'echo', session })
    run.request('r1')
    await first.event('control.requested')
    expect(await (await home.connect()).attach(session)).toMatchObject({ head: 5, status: 'waiting' })
    run.end()
    await first.event('turn.ended')
    expect(await (await home.connect()).attach(session)).toMatchObject({ head: 7, status: 'idle' })
  })

  test('[S13] erasing tells readers that it is not there; the id made again has another log', async () => {
    const home = await house()
    const peer = await home.connect()
    await peer.open(1, { session: 'mine' })
    const { log } = await peer.next('attached')
    const run = await turnOn(home, peer)
    const erased = await home.fetch('/v1/sessions/mine', { method: 'DELETE' })
    expect(erased, home.complaints.join('')).toMatchObject({ status: 200, body: { session: 'mine', erased: true } })
    expect(await peer.next('error')).toMatchObject({ code: 'session_not_found', ch: 1 })
    await run.told('cancel')
    expect(await peer.ask({ type: 'input', ch: 1, text: 'Hi' })).toMatchObject({ code: 'channel_unknown' })
    expect(await home.fetch('/v1/sessions/mine')).toMatchObject({ status: 404, body: { code: 'session_not_found' } })
    await peer.open(1, { session: 'mine' })
    const again = await peer.next('attached')
    expect(again.head).toBe(1)
    expect(again.log).not.toBe(log)
    expect(await peer.attach('mine', { ch: 2, after: '1', log })).toMatchObject({ recovered: 'reset' })
  })
})

/** The store as it is for a server that comes after this one: stopping does not close it. */
function keptOpen(store: MemoryStore): MemoryStore {
  store.close = async () => {}
  return store
}

describe('the view over HTTP', () => {
  async function longSession(turns: number): Promise<{ home: House; path: string; whole: SessionView }> {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open(1, { trace: 'debug' })
    for (let n = 1; n <= turns; n++) {
      // Every third input waits for its turn, so inputs are accepted long before the turn they belong to.
      if (n % 3 === 1) {
        await Promise.all([0, 1, 2].map((k) => peer.ask({ type: 'input', ch: 1, text: `Question ${n + k}` })))
      }
      const run = await home.host.runOf(session, n)
      for (let step = 1; step <= n % 7; step++) run.message(step, `Answer ${n}.${step}`)
      run.end()
      await peer.event('turn.ended')
    }
    const whole = foldAll(peer.events())
    peer.cut()
    return { home, path: `/v1/sessions/${session}/view`, whole }
  }

  const body = async (home: House, path: string) => (await home.fetch(path)).body as unknown as SessionView

  test('is the fold of the log, paged by turns from the newest to the first', { timeout: 30_000 }, async () => {
    const { home, path, whole } = await longSession(90)
    expect(await body(home, path)).toEqual(lastTurns(whole, 20))
    expect(await body(home, `${path}?turns=7`)).toEqual(lastTurns(whole, 7))
    expect((await body(home, `${path}?turns=60`)).turns).toEqual(lastTurns(whole, 60).turns)
    const seen: unknown[] = []
    for (let before = ''; ; ) {
      const page = await body(home, `${path}?turns=13${before}`)
      seen.unshift(...page.turns)
      expect(page.earlier > 0).toBe(seen.length < 90)
      if (page.earlier === 0) break
      before = `&before=${page.turns[0]!.turn}`
    }
    expect(seen).toEqual(whole.turns)
  })

  test('refuses turns and places that cannot be, by name', async () => {
    const { home, path } = await longSession(3)
    for (const query of ['turns=0', 'turns=-1', 'turns=201', 'turns=many', 'trace=all', 'reasoning=maybe']) {
      expect(await home.fetch(`${path}?${query}`), query).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    for (const before of ['t0', 't999', 'x', '-3', '3']) {
      const answer = await home.fetch(`${path}?before=${before}`)
      expect(answer, before).toMatchObject({ status: 404, body: { code: 'turn_not_found' } })
    }
    expect(await home.fetch('/v1/sessions/none/view')).toMatchObject({ body: { code: 'session_not_found' } })
  })
})

describe('a reader over HTTP', () => {
  test('[E8] that left before its session was found leaves nothing behind', async () => {
    const store = new MemoryStore()
    const before = await house({ data: keptOpen(store) })
    await before.post('/v1/sessions', { agent: 'echo', session: 'mine' })
    await before.server.stop(0)

    const asked = Promise.withResolvers<void>()
    const found = Promise.withResolvers<void>()
    const load = store.load.bind(store)
    store.load = async (key) => {
      asked.resolve()
      await found.promise
      return load(key)
    }
    const home = await house({ data: keptOpen(store) })
    const ends = serverEnds()
    const reading = get(`${home.url}/v1/sessions/mine/events`, { headers: { accept: 'text/event-stream' } })
    reading.on('error', () => {})
    await asked.promise
    const [end] = ends.values()
    const gone = once(end!, 'close')
    reading.destroy()
    await gone
    found.resolve()
    expect(await home.fetch('/v1/sessions/mine')).toMatchObject({ body: { head: 1 } })
    const metrics = await (await fetch(`${home.url}/metrics`)).text()
    expect(metrics).toMatch(/^longwire_attachments 0$/m)
  })
})
