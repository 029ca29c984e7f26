import type { Commit } from '@longwire/protocol'
import { describe, expect, test } from 'vitest'
import { wellFormed } from '../../../tests/durable/well-formed.ts'
import { type House, house, temporaryFolder, turnOn } from './house.ts'
import type { AnyFrame, Peer } from './peer.ts'

/** A session in which much is under way: a call, a question, a task, a schedule, inputs that wait to steer and to be next. */
async function busySession(home: House): Promise<{ peer: Peer; session: string; head: number }> {
  const peer = await home.connect()
  const session = await peer.open(1, { metadata: { title: 'The first' } })
  const before = await turnOn(home, peer, { text: 'First of all' })
  before.message(1, 'Done.')
  before.end()
  await peer.event('turn.ended')
  const run = await turnOn(home, peer, { text: 'And now' })
  const { turn } = run.start
  const call = { type: 'tool-call' as const, call: 'c1', name: 'search', input: {} }
  const message = { role: 'assistant' as const, parts: [{ type: 'text' as const, text: 'Look:' }, call] }
  run.commit({ type: 'message.committed', turn, step: `${turn}.1`, message })
  run.startTool('c1')
  run.request('r1')
  run.commit(
    { type: 'task.started', turn, task: `${turn}.b1`, label: 'Back-test' },
    {
      type: 'schedule.set',
      turn,
      schedule: 'c9',
      label: 'Look again',
      next: Date.now() + 3_600_000,
      everyMs: 3_600_000,
    },
  )
  await peer.event('schedule.set')
  await peer.ask({ type: 'input', ch: 1, text: 'Only Europe', delivery: 'steer' })
  await peer.ask({ type: 'input', ch: 1, text: 'And then?' })
  await peer.ask({ type: 'describe', ch: 1, metadata: { title: 'The second', note: 1 } })
  const { body } = await home.fetch(`/v1/sessions/${session}`)
  return { peer, session, head: body.head as number }
}

async function logOf(home: House, session: string): Promise<readonly Commit[]> {
  const path = `/v1/sessions/${session}/events?trace=debug`
  const { body } = await home.fetch(path, { headers: { accept: 'application/json' } })
  return (body as unknown as { events: Commit[] }).events.filter((event) => !('sub' in event))
}

describe('a fork', () => {
  test('[S16] at any place has the log up to there, comes to rest well-formed, and leaves the session as it was', async () => {
    const home = await house()
    const { session, head } = await busySession(home)
    const whole = await logOf(home, session)
    const runs = home.host.runs.length
    for (let at = 1; at <= head; at++) {
      const made = await home.post(`/v1/sessions/${session}/fork`, { at: String(at) })
      expect(made).toMatchObject({ status: 201, body: { agent: 'echo', session: expect.any(String) } })
      const fork = String(made.body.session)
      const log = await logOf(home, fork)
      expect(log).toHaveLength(made.body.head as number)
      expect(wellFormed(log, { isQuiet: true }), `forked at ${at}`).toEqual([])
      const forkedFrom = { session, at: String(at) }
      expect(log[0]).toMatchObject({ session: fork, metadata: { title: 'The first', forkedFrom } })
      expect(log.slice(1, at)).toEqual(whole.slice(1, at))
      const { body } = await home.fetch(`/v1/sessions/${fork}/view`)
      expect(body).toMatchObject({ status: 'idle', waiting: [], requests: [], schedules: [] })
    }
    expect(await logOf(home, session)).toEqual(whole)
    expect(home.host.runs).toHaveLength(runs)
  })

  test('[S16] goes on by itself from then on, with what was said and kept, also after a restart', async () => {
    const data = temporaryFolder()
    let home = await house({ data })
    const { session } = await busySession(home)
    const fork = await home.post(`/v1/sessions/${session}/fork`, { session: 'mine', metadata: { title: 'What if' } })
    expect(fork).toMatchObject({ status: 201, body: { session: 'mine' } })
    const listed = await home.fetch('/v1/sessions?q=what%20if')
    expect(listed.body.sessions).toMatchObject([
      { session: 'mine', status: 'idle', summary: 'First of all', metadata: { note: 1 } },
    ])
    await home.server.stop(0)
    home = await house({ data })
    const peer = await home.connect()
    await peer.attach('mine')
    await peer.ask({ type: 'input', ch: 1, text: 'Go on' })
    const run = await home.host.runOf('mine')
    const said = run.start.history
      .filter(({ role }) => role === 'user')
      .map((entry) => (entry as { parts: unknown }).parts)
    expect(said).toMatchObject([[{ text: 'First of all' }], [{ text: 'And now' }]])
    run.end()
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed' })
  })

  test('[S17] is made once for one id, and only by whoever may open and see the session', async () => {
    const home = await house()
    const { peer, session, head } = await busySession(home)
    const path = `/v1/sessions/${session}/fork`
    const fork = { id: 'f1', at: '3.2' }
    const [first, second] = await Promise.all([home.post(path, fork), home.post(path, fork)])
    expect([first.status, second.status].sort()).toEqual([200, 201])
    expect(second.body).toEqual(first.body)
    expect(await home.post(path, { ...fork, at: '4' })).toMatchObject({ status: 409, body: { code: 'id_reused' } })
    for (const wrong of [
      { at: '0' },
      { at: `${head + 1}` },
      { at: 'x' },
      { metadata: { forkedFrom: 1 } },
      { metadata: { title: 7 } },
    ]) {
      expect(await home.post(path, wrong)).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    expect(await home.post(path, { session })).toMatchObject({ status: 409, body: { code: 'session_exists' } })
    expect(await home.post('/v1/sessions/none/fork', {})).toMatchObject({ status: 404 })
    const { body } = await home.post('/v1/tickets', { sessions: [session], verbs: ['observe'], expiresIn: 60 })
    expect(await home.post(`${path}?ticket=${body.ticket}`, {})).toMatchObject({ status: 403 })
    await peer.ask({ type: 'close', ch: 1 })
    const ofClosed = await home.post(path, {})
    expect(ofClosed).toMatchObject({ status: 201 })
    expect((await home.fetch(`/v1/sessions/${ofClosed.body.session}`)).body).toMatchObject({ status: 'idle' })
    const small = await house({ limits: { forkBytes: 500 } })
    const other = await busySession(small)
    expect(await small.post(`/v1/sessions/${other.session}/fork`, {})).toMatchObject({ body: { code: 'bad_field' } })
  })
})

describe('an export', () => {
  test('[S18] holds every commit as the principal may see it, as one document or a commit a line', async () => {
    const home = await house()
    const { session, head } = await busySession(home)
    const response = await fetch(`${home.url}/v1/sessions/${session}/export`)
    expect(response.headers.get('content-disposition')).toBe(`attachment; filename="${session}.json"`)
    const document = (await response.json()) as AnyFrame & { events: Commit[] }
    expect(document).toMatchObject({ session, agent: 'echo', head, metadata: { title: 'The second' } })
    expect(document.events).toEqual(await logOf(home, session))
    const lines = await (await fetch(`${home.url}/v1/sessions/${session}/export?format=jsonl`)).text()
    expect(
      lines
        .trimEnd()
        .split('\n')
        .map((text) => JSON.parse(text)),
    ).toEqual(document.events)
    expect(await home.fetch(`/v1/sessions/${session}/export?format=pdf`)).toMatchObject({ status: 400 })
    expect(await home.fetch('/v1/sessions/none/export')).toMatchObject({ status: 404 })
  })

  test('[S18] of a stretch holds the commits after a number, so many of them', async () => {
    const home = await house()
    const { session, head } = await busySession(home)
    const log = await logOf(home, session)
    const stretch = async (query: string) => {
      const response = await fetch(`${home.url}/v1/sessions/${session}/export?${query}`)
      return ((await response.json()) as { events: Commit[] }).events
    }
    expect(await stretch('after=2&limit=3')).toEqual(log.slice(2, 5))
    expect(await stretch(`after=${head - 1}&limit=500`)).toEqual(log.slice(-1))
    expect(await stretch(`after=${head}`)).toEqual([])
    expect(await home.fetch(`/v1/sessions/${session}/export?after=-1`)).toMatchObject({ status: 400 })
  })

  test('[S18] leaves out what a narrower identity may not see', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const run = await turnOn(home, peer)
    run.thoughtfulMessage(1, 'Secretly', 'Aloud')
    run.span('s1', 'debug')
    run.span('s2', 'milestone')
    run.end()
    await peer.event('turn.ended')
    const { body } = await home.post('/v1/tickets', {
      sessions: [session],
      verbs: ['observe'],
      trace: 'step',
      expiresIn: 60,
    })
    const text = await (
      await fetch(`${home.url}/v1/sessions/${session}/export?ticket=${body.ticket}&reasoning=false`)
    ).text()
    expect(text).toContain('Aloud')
    expect(text).toContain('"span":"s2"')
    expect(text).not.toContain('Secretly')
    expect(text).not.toContain('"span":"s1"')
  })

  test('[S19] as Markdown is the conversation to read: who said what, what tools did, what was asked', async () => {
    const home = await house()
    const { peer, session } = await busySession(home)
    await peer.ask({ type: 'answer', ch: 1, request: 'r1', approved: false, reason: 'No <b>way</b>' })
    await peer.ask({ type: 'cancel', ch: 1 })
    const response = await fetch(`${home.url}/v1/sessions/${session}/export?format=markdown`)
    expect(response.headers.get('content-type')).toBe('text/markdown; charset=utf-8')
    const text = await response.text()
    expect(text).toMatch(/^# The second\n\nA session with echo, begun /)
    const order = [
      '**local:**',
      'First of all',
      '**Agent:**',
      'Done.',
      'And now',
      'Look:',
      'Tool: search',
      '**Asked:** May I?',
      'Stopped by a person',
    ]
    const places = order.map((each) => text.indexOf(each))
    expect(places.every((place) => place > 0)).toBe(true)
    expect(places).toEqual([...places].sort((a, b) => a - b))
    expect(text).toContain('No &#60;b&#62;way')
  })
})
