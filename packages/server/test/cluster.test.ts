import { describe, expect, test } from 'vitest'
import { eventually, nodes } from './nodes.ts'
import type { Peer } from './peer.ts'

/** A turn that node a runs, with a reader at a and one at b. Of three nodes, c has nothing to do with it. */
async function turnReadAtTwo(count = 2) {
  const { nodes: all, store } = await nodes(count)
  const [a, b, c] = [all[0]!, all[1]!, all[2]!]
  const here = await a.connect()
  const session = await here.open()
  const there = await b.connect()
  await there.ask({ type: 'attach', ch: 1, session, after: '0' })
  await here.ask({ type: 'input', ch: 1, text: 'Hello' })
  return { a, b, c, store, session, here, there, run: await a.host.run() }
}

test('[N30] a command that reaches another node than the owner is done by the owner, and readers of both see the same', async () => {
  const { nodes: all } = await nodes(2)
  const [a, b] = [all[0]!, all[1]!]
  const here = await a.connect()
  const session = await here.open()
  const there = await b.connect()
  expect(await there.ask({ type: 'attach', ch: 1, session, after: '0' })).toMatchObject({ type: 'attached', head: 1 })
  expect(await there.ask({ type: 'input', ch: 1, text: 'Hello', id: 'i1' })).toMatchObject({ type: 'ok', turn: 't3' })
  const run = await a.host.run()
  const say = run.speak(1)
  say('Hel')
  say('lo')
  await there.event('chunk.text')
  await eventually(() => there.events().some((event) => 'sub' in event && event.sub === 2))
  run.message(1, 'Hello')
  run.end()
  await Promise.all([here.event('turn.ended'), there.event('turn.ended')])
  expect(there.events()).toEqual(here.events())
  expect(b.host.runs).toEqual([])
  // The same command again, through either node, gets the first result.
  expect(await here.ask({ type: 'input', ch: 1, text: 'Hello', id: 'i1' })).toMatchObject({ type: 'ok', seq: 2 })
})

test('[N31] the turns of a node that died are finished by another, and its readers elsewhere go on', async () => {
  const { nodes: all } = await nodes(2)
  const [a, b] = [all[0]!, all[1]!]
  const here = await a.connect()
  const session = await here.open()
  const there = await b.connect()
  await there.ask({ type: 'attach', ch: 1, session, after: '0' })
  await there.ask({ type: 'input', ch: 1, text: 'Hello' })
  const run = await a.host.run()
  run.speak(1)('Hel')
  await there.event('chunk.text')
  a.kill()
  const again = await b.host.run()
  expect(again.start).toMatchObject({ turn: 't3', attempt: 2 })
  expect(await there.event('step.rolledback')).toMatchObject({ reason: 'node_died' })
  // The dead one may still believe what it likes.
  run.message(1, 'from the dead')
  run.end()
  again.message(1, 'Hello')
  again.end()
  expect(await there.event('turn.ended')).toMatchObject({ outcome: 'completed' })
  const said = there.events().filter(({ type }) => type === 'message.committed')
  expect(JSON.stringify(said)).not.toContain('the dead')
})

test('[N32] a node that stops hands its turns on at their next step, and says when to come back', async () => {
  const { a, b, c, here, there, run } = await turnReadAtTwo(3)
  run.speak(1)('Hel')
  await there.event('chunk.text')
  const stopped = a.server.stop(5_000)
  expect(await here.next('goaway')).toMatchObject({ reconnectInMs: expect.any(Number) })
  expect(await there.ask({ type: 'input', ch: 1, text: 'And then?' })).toMatchObject({ type: 'ok' })
  run.message(1, 'Hello')
  await run.told('cancel')
  await stopped
  await eventually(() => b.host.runs.length + c.host.runs.length === 1)
  const again = [...b.host.runs, ...c.host.runs][0]!
  expect(again.start).toMatchObject({ turn: 't3', attempt: 2 })
  again.end()
  await there.event('turn.ended')
  await eventually(() => b.host.runs.length + c.host.runs.length === 2)
  const withdrawn = there.events().filter(({ type, step }) => type === 'step.rolledback' && step === 't3.1')
  expect(withdrawn).toEqual([])
})

test('[N33] a node that is cut off from the store stops its turns, says so, and doubles nothing when it is back', async () => {
  const { a, b, store, session, here, there, run } = await turnReadAtTwo()
  run.speak(1)('Hel')
  a.cutStore(true)
  await run.told('cancel')
  expect(await here.next('goaway')).toMatchObject({ reason: 'cut off from the log' })
  expect((await a.fetch('/readyz')).status).toBe(503)
  expect(await here.ask({ type: 'input', ch: 1, text: 'Still there?', id: 'x' })).toMatchObject({
    code: 'overloaded',
    retry: 'later',
  })
  const again = await b.host.run()
  again.message(1, 'Hello')
  a.cutStore(false)
  await eventually(async () => (await a.fetch('/readyz')).status === 200)
  again.end()
  await Promise.all([here.event('turn.ended'), there.event('turn.ended')])
  here.send({ type: 'input', ch: 1, text: 'Still there?', id: 'x' })
  expect(await here.next(({ id }) => id === 'x')).toMatchObject({ type: 'ok' })
  expect(a.host.runs).toHaveLength(1)
  const commits = await store.read(session, 0, { limit: 100, bytes: 1_000_000 })
  expect(commits.filter(({ json }) => json.includes('"turn.ended"'))).toHaveLength(1)
})

test('[N34] an operator empties a node, and it takes sessions again when that is taken back', async () => {
  const { nodes: all } = await nodes(2)
  const [a, b] = [all[0]!, all[1]!]
  const here = await a.connect()
  await here.open()
  const listed = async (name: string) => {
    const { body } = await b.fetch('/v1/nodes')
    return (body.nodes as unknown as { name: string; sessions: number; isDraining: boolean }[]).find(
      (each) => each.name === name,
    )!
  }
  await eventually(async () => (await listed('a')).sessions === 1)
  const drained = await b.post('/v1/nodes/a', { drain: true })
  expect(drained).toMatchObject({ status: 200, body: { name: 'a', drain: true } })
  await eventually(async () => {
    const node = await listed('a')
    return node.isDraining && node.sessions === 0
  })
  expect(await here.ask({ type: 'input', ch: 1, text: 'Hello' })).toMatchObject({ type: 'ok' })
  const run = await b.host.run()
  run.end()
  await here.event('turn.ended')
  const other = await here.open(2)
  expect(await here.ask({ type: 'input', ch: 2, text: 'Hello' })).toMatchObject({ type: 'ok' })
  await b.host.runOf(other)
  await b.post('/v1/nodes/a', { drain: false })
  await eventually(async () => !(await listed('a')).isDraining)
  await here.open(3)
  await here.ask({ type: 'input', ch: 3, text: 'Hello' })
  await a.host.run()
  expect((await b.post('/v1/nodes/nobody', { drain: true })).status).toBe(404)
})

test('[N35] a ticket opens one line, at whichever node it is shown, and can be revoked at any', async () => {
  const { nodes: all } = await nodes(2)
  const [a, b] = [all[0]!, all[1]!]
  const minted = async () => String((await a.post('/v1/tickets', { expiresIn: 60 })).body.ticket)
  const ticket = await minted()
  const bearer = { headers: { authorization: `Bearer ${ticket}` } }
  expect((await b.fetch('/v1/agents', bearer)).status).toBe(200)
  const peer = await b.connect({ authorization: `Bearer ${ticket}` })
  await peer.open()
  for (const node of [a, b]) expect((await node.fetch('/v1/agents', bearer)).status).toBe(401)
  const other = await minted()
  expect((await b.post('/v1/tickets/revoke', { ticket: other })).status).toBe(200)
  expect((await a.fetch('/v1/agents', { headers: { authorization: `Bearer ${other}` } })).status).toBe(401)
})

test('[N37] what is said in one tick is sent once to each node with readers, however many they are', async () => {
  let sent = 0
  const carry = (topic: string) => {
    if (topic.startsWith('session-')) sent += 1
    return [0]
  }
  const { nodes: all } = await nodes(3, { carry })
  const [a, b, c] = [all[0]!, all[1]!, all[2]!]
  const here = await a.connect()
  const session = await here.open()
  const readers: Peer[] = []
  for (let n = 0; n < 20; n += 1) {
    const reader = await (n % 2 === 0 ? b : c).connect()
    await reader.ask({ type: 'attach', ch: 1, session, after: '0' })
    readers.push(reader)
  }
  await here.ask({ type: 'input', ch: 1, text: 'Hello' })
  const run = await a.host.run()
  const say = run.speak(1)
  say('begins')
  await Promise.all(readers.map((reader) => reader.event('chunk.text')))
  sent = 0
  for (let n = 0; n < 50; n += 1) say(`${n} `)
  await Promise.all(
    readers.map((reader) => reader.until(() => reader.events().some((e) => 'sub' in e && e.sub === 51))),
  )
  expect(sent).toBe(2)
})

test('[N38] a turn whose commit has no answer goes on at the node that has the session, though nobody says a word to it', async () => {
  const { nodes: all, store } = await nodes(2)
  const [a] = [all[0]!]
  const here = await a.connect()
  const session = await here.open()
  await here.ask({ type: 'input', ch: 1, text: 'Hello' })
  const run = await a.host.run()
  const failed = a.failOnce('append', 'unknown')
  run.message(1, 'Hello')
  await failed
  await eventually(() => a.host.runs.length === 2)
  const again = a.host.runs[1]!
  expect(again.start).toMatchObject({ turn: 't3', attempt: 2 })
  again.end()
  await here.event('turn.ended')
  const commits = await store.read(session, 0, { limit: 100, bytes: 1_000_000 })
  expect(commits.filter(({ json }) => json.includes('"message.committed"'))).toHaveLength(1)
})

test.each([
  ['read', 'unavailable'],
  ['append', 'unknown'],
] as const)(
  '[N38] a turn that was taken over, and could not be taken up (%s is %s), is taken up later by who took it',
  async (method, fault) => {
    const { nodes: all } = await nodes(2)
    const [a, b] = [all[0]!, all[1]!]
    const here = await a.connect()
    const session = await here.open()
    await here.ask({ type: 'input', ch: 1, text: 'Hello' })
    await a.host.run()
    const failed = b.failOnce(method, fault)
    a.kill()
    await failed
    const again = await b.host.run()
    again.end()
    const there = await b.connect()
    await there.ask({ type: 'attach', ch: 1, session, after: '0' })
    await there.event('turn.ended')
  },
)

describe('[N39] a line over HTTP that one node began', () => {
  const FRAMES = '/v1/line/frames'
  const begin = async (accept: string) => {
    const { nodes: all } = await nodes(2)
    const [a, b] = [all[0]!, all[1]!]
    const begun = await fetch(`${a.url}/v1/line`, { method: 'POST', headers: { accept } })
    return { a, b, begun, headers: { 'longwire-line': begun.headers.get('longwire-line')! } }
  }
  const opening = { type: 'open', id: 'o', ch: 1, agent: 'echo' }

  test('is polled, spoken on and ended at any other', async () => {
    const { a, b, begun, headers } = await begin('application/json')
    await begun.body!.cancel()
    const body = JSON.stringify(opening)
    expect((await b.fetch(FRAMES, { method: 'POST', headers, body })).status).toBe(204)
    const polled = await b.fetch(`${FRAMES}?poll=2&wait=20`, { headers })
    expect((polled.body.frames as unknown as object[])[0]).toMatchObject({ type: 'ok', id: 'o' })
    expect((await a.fetch(`${FRAMES}?poll=2&wait=20`, { headers })).body).toEqual(polled.body)
    expect(await b.fetch(`${FRAMES}?poll=9`, { headers })).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    expect((await b.fetch(FRAMES, { method: 'DELETE', headers })).status).toBe(204)
    expect((await a.fetch(`${FRAMES}?poll=3`, { headers })).status).toBe(404)
  })

  test('streams from there, and takes what is said at any other', async () => {
    const { a, b, begun, headers } = await begin('text/event-stream')
    const stream = begun.body!.pipeThrough(new TextDecoderStream()).getReader()
    let told = ''
    const until = async (words: string) => {
      while (!told.includes(words)) told += (await stream.read()).value
    }
    for (const [n, node] of [b, a, b].entries()) {
      const body = JSON.stringify({ ...opening, id: `o${n}`, ch: n + 1 })
      expect((await node.fetch(FRAMES, { method: 'POST', headers, body })).status).toBe(204)
      await until(`"id":"o${n}"`)
    }
    await stream.cancel()
  })

  test('is not there any more where that node cannot be reached', async () => {
    const { a, b, begun, headers } = await begin('application/json')
    await begun.body!.cancel()
    a.kill()
    const said = await b.fetch(FRAMES, { method: 'POST', headers, body: '{"type":"ping"}' })
    expect(said).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })
})

describe('[N40] in the cluster', () => {
  test('what is scheduled begins once, though the node that had it is gone and all others look', async () => {
    const { nodes: all, store } = await nodes(3)
    const [a, b, c] = [all[0]!, all[1]!, all[2]!]
    const here = await a.connect()
    const sessions: string[] = []
    for (let ch = 1; ch <= 12; ch += 1) {
      const opened = await here.ask({ type: 'open', ch, agent: 'echo' })
      sessions.push(String(opened.session))
      await here.ask({ type: 'schedule', ch, at: Date.now() + 2_000, text: 'How did it open?' })
    }
    a.kill()
    for (const session of sessions) {
      const run = await Promise.race([b.host.runOf(session), c.host.runOf(session)])
      expect(run.start).toMatchObject({ cause: 'schedule' })
      run.end()
    }
    for (const session of sessions) {
      const types = async () => {
        const commits = await store.read(session, 0, { limit: 100, bytes: 1_000_000 })
        return commits.map(({ json }) => (JSON.parse(json) as { type: string }).type)
      }
      await eventually(async () => (await types()).includes('turn.ended'))
      expect((await types()).filter((type) => type === 'turn.started')).toHaveLength(1)
    }
  })

  test('a request that is answered at two nodes at once has one outcome, and both see which', async () => {
    const { here, there, run } = await turnReadAtTwo()
    run.request('r1')
    await Promise.all([here.event('control.requested'), there.event('control.requested')])
    const answers = await Promise.all([
      here.ask({ type: 'answer', ch: 1, request: 'r1', approved: true }),
      there.ask({ type: 'answer', ch: 1, request: 'r1', approved: false }),
    ])
    expect(answers.map(({ code }) => code ?? 'ok').toSorted()).toEqual(['already_settled', 'ok'])
    const outcomes = await Promise.all([here.event('control.settled'), there.event('control.settled')])
    expect(outcomes[0]).toEqual(outcomes[1])
    run.end()
  })
})

test('[N41] whoever reads a session on another node is there too, until they leave or their node is gone', async () => {
  const { nodes: all } = await nodes(3)
  const [a, b, c] = [all[0]!, all[1]!, all[2]!]
  const count = (peer: Peer) => {
    const told = peer.frames.filter(({ type }) => type === 'presence').at(-1)
    return (told?.viewers as unknown as unknown[] | undefined)?.length
  }
  const see = (viewers: number, ...peers: Peer[]) => eventually(() => peers.every((peer) => count(peer) === viewers))
  const here = await a.connect()
  const session = await here.open(1, { presence: true })
  const [there, beyond] = [await b.connect(), await c.connect()]
  await there.ask({ type: 'attach', ch: 1, session, after: '0', presence: true })
  await see(2, here, there)
  await beyond.ask({ type: 'attach', ch: 1, session, after: '0', presence: true })
  await see(3, here, there, beyond)
  const told = there.frames.filter(({ type }) => type === 'presence').at(-1)!
  expect((told.viewers as unknown as { you?: true }[]).filter(({ you }) => you)).toHaveLength(1)
  await there.ask({ type: 'detach', ch: 1 })
  await see(2, here, beyond)
  c.kill()
  await see(1, here)
})
