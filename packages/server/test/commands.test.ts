import { describe, expect, test } from 'vitest'
import { house, turnOn } from './house.ts'

describe('commands of a connection', () => {
  test('[C1] open is answered by ok with the session, and then by attached with its head', async () => {
    const home = await house()
    const peer = await home.connect()
    await peer.ask({ type: 'open', id: 'o1', ch: 7, agent: 'echo', metadata: { ticket: 4711 } })
    const attached = await peer.next('attached')
    const answers = peer.frames.filter(({ id }) => id === 'o1')
    expect(answers.map(({ type }) => type)).toEqual(['ok', 'attached'])
    expect(answers[0]).toMatchObject({ ch: 7, seq: 1, session: expect.stringMatching(/^ses_/) })
    expect(attached).toMatchObject({ ch: 7, session: answers[0]!.session, agent: 'echo', head: 1, status: 'idle' })
    expect(await peer.event('session.opened', 7)).toMatchObject({ seq: 1, metadata: { ticket: 4711 } })
  })

  test('[C6] a ch in use, an unknown ch and a missing ch are named, and the connection stays', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open(1)
    expect(await peer.attach(session, { ch: 1 })).toMatchObject({ type: 'error', code: 'channel_in_use', ch: 1 })
    expect(await peer.ask({ type: 'open', ch: 1, agent: 'echo' })).toMatchObject({ code: 'channel_in_use' })
    expect(await peer.ask({ type: 'input', ch: 2, text: 'Hi' })).toMatchObject({ code: 'channel_unknown', ch: 2 })
    expect(await peer.ask({ type: 'cancel' })).toMatchObject({ code: 'channel_unknown' })
    expect(await peer.ask({ type: 'detach', ch: 9 })).toMatchObject({ code: 'channel_unknown', ch: 9 })
    expect(await peer.ask({ type: 'ping' })).toMatchObject({ type: 'pong' })
  })

  test('[C6] after the ok of detach nothing of that ch follows, and the ch is free again', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open(1)
    const run = await turnOn(home, peer)
    const say = run.speak(1)
    const spoken = Array.from({ length: 200 }, () => {
      say('x')
      return new Promise((resolve) => setImmediate(resolve))
    })
    const detached = await peer.ask({ type: 'detach', ch: 1 })
    await Promise.all(spoken)
    say('after')
    expect(detached).toMatchObject({ type: 'ok', ch: 1 })
    expect(await peer.attach(session, { ch: 1, after: '4' })).toMatchObject({ type: 'attached', recovered: 'replay' })
    const frames = peer.frames
    const between = frames.slice(
      frames.indexOf(detached) + 1,
      frames.findIndex(({ type, ch }, at) => type === 'attached' && ch === 1 && at > frames.indexOf(detached)),
    )
    expect(between.filter(({ ch }) => ch === 1)).toEqual([])
  })

  test('[C7] one connection reads several sessions, and one session several times, each from its own place', async () => {
    const home = await house()
    const peer = await home.connect()
    const one = await peer.open(1)
    const two = await peer.open(2)
    await peer.attach(one, { ch: 3, after: '1' })
    await peer.ask({ type: 'input', ch: 3, text: 'For one' })
    await peer.ask({ type: 'input', ch: 2, text: 'For two' })
    const run = await home.host.runOf(one)
    run.end()
    await peer.event('turn.ended', 3)
    await peer.until(() => peer.told(1).length === 5)
    expect(peer.told(3)).toEqual(peer.told(1).slice(1))
    expect(peer.told(2)).toEqual(['session.opened 1', 'input.accepted 2', 'turn.started 3', 'input.applied 4'])
    expect(two).not.toBe(one)
  })

  test('[C10] ping is answered by pong, also while a session is being read', async () => {
    const home = await house()
    const peer = await home.connect()
    await peer.open()
    expect(await peer.ask({ type: 'ping', id: 'p' })).toEqual({ type: 'pong', id: 'p' })
  })

  test('[C11] hello of someone who was recognised in the handshake is answered with a welcome again', async () => {
    const home = await house()
    const peer = await home.connect()
    const first = await peer.next('welcome')
    const again = await peer.ask({ type: 'hello', id: 'h', versions: [1], client: 'a test' })
    expect(again).toEqual({ ...first, id: 'h' })
    expect(await peer.ask({ type: 'hello', versions: [2] })).toMatchObject({ code: 'bad_field' })
  })

  test('[B1] welcome carries the bounds in force', async () => {
    const home = await house({ limits: { waitingInputs: 3 }, heartbeatMs: 5_000 })
    const peer = await home.connect()
    const welcome = await peer.next('welcome')
    expect(welcome).toMatchObject({ protocol: 1, heartbeatMs: 5_000, principal: 'local' })
    expect(welcome.limits).toMatchObject({ waitingInputs: 3, frameBytes: 1_048_576 })
  })

  test('[C12] a ticket that is no good is refused by renew and by hello, and the identity stays', async () => {
    const home = await house()
    const peer = await home.connect()
    const refusal = { type: 'error', code: 'unauthenticated', retry: 'new-identity' }
    expect(await peer.ask({ type: 'renew', ticket: 'made up' })).toMatchObject(refusal)
    expect(await peer.ask({ type: 'hello', ticket: 'made up' })).toMatchObject(refusal)
    expect(await peer.open()).toMatch(/^ses_/)
  })

  test('[C5] fields that a command does not have are ignored', async () => {
    const home = await house()
    const peer = await home.connect()
    expect(await peer.ask({ type: 'ping', ch: 1, colour: 'green' })).toMatchObject({ type: 'pong' })
    expect(await peer.open(1, { colour: 'green' })).toMatch(/^ses_/)
  })

  test('[C8] open with an id of the client finds the session of that id, and shows it as it is', async () => {
    const home = await house()
    const peer = await home.connect()
    expect(await peer.open(1, { session: 'trip-2' })).toBe('trip-2')
    const other = await home.connect()
    expect(await other.open(1, { session: 'trip-2' })).toBe('trip-2')
    expect(await other.next('attached')).toMatchObject({ recovered: 'snapshot', head: 1 })
    expect(await other.next('snapshot')).toMatchObject({ at: '1', view: { session: 'trip-2' } })
    const asked = await other.ask({ type: 'open', ch: 2, agent: 'other', session: 'trip-2' })
    expect(asked).toMatchObject({ type: 'error', code: 'session_exists' })
  })

  test('[C8] open names an agent that the server hosts', async () => {
    const home = await house()
    const peer = await home.connect()
    const refused = await peer.ask({ type: 'open', ch: 1, agent: 'nobody' })
    expect(refused).toMatchObject({ type: 'error', code: 'agent_not_found', ch: 1, retry: 'never' })
    expect(await peer.open(1)).toMatch(/^ses_/)
  })

  test('[C9] commands over HTTP have the answers of frames, without ch', async () => {
    const home = await house()
    const { body: made, status } = await home.post('/v1/sessions', { agent: 'echo', metadata: { a: 1 } })
    expect(status).toBe(201)
    const path = `/v1/sessions/${made.session}`
    expect(made).toEqual({ session: made.session, agent: 'echo', head: 1 })
    const accepted = await home.post(`${path}/commands`, { type: 'input', id: 'i', text: 'Hello' })
    expect(accepted).toMatchObject({ status: 200, body: { type: 'ok', id: 'i', seq: 2, input: 'i2', turn: 't3' } })
    expect(await home.fetch(path)).toMatchObject({ body: { status: 'running', head: 4, turn: 't3', requests: [] } })
    const cancelled = await home.post(`${path}/commands`, { type: 'cancel', id: 'c' })
    expect(cancelled.body).toMatchObject({ type: 'ok', id: 'c', turn: 't3' })
    expect(await home.fetch('/v1/sessions?status=idle')).toMatchObject({
      body: { sessions: [{ session: made.session }] },
    })
    expect(await home.fetch('/v1/sessions?status=running')).toMatchObject({ body: { sessions: [], cursor: null } })
    const wrong = await home.post(`${path}/commands`, { type: 'attach', id: 'a', ch: 1, session: made.session })
    expect(wrong).toMatchObject({ status: 400, body: { type: 'error', code: 'unknown_command', retry: 'never' } })
  })

  test('a list of sessions is paged, newest first, each session once', async () => {
    const home = await house()
    for (let n = 0; n < 7; n++) await home.post('/v1/sessions', { agent: 'echo', session: `s${n}` })
    const found: string[] = []
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body } = await home.fetch(`/v1/sessions?limit=3${cursor && `&cursor=${cursor}`}`)
      found.push(...(body.sessions as { session: string }[]).map(({ session }) => session))
      cursor = body.cursor as string | null
    }
    expect(found).toEqual(['s6', 's5', 's4', 's3', 's2', 's1', 's0'])
  })
})
