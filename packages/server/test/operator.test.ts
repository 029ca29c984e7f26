import { pino } from 'pino'
import { beforeAll, describe, expect, test } from 'vitest'
import { type Clock, Refusal, type Verifier } from '../src/index.ts'
import { Stats } from '../src/operator/stats.ts'
import { type House, house, SkippingClock, temporaryFolder, turnOn } from './house.ts'
import type { AnyFrame } from './peer.ts'

/** `x-principal: ann`, and with `x-roles: operator, desk` these roles. */
const byHeaders: Verifier = {
  name: 'headers',
  async verify({ headers }) {
    const { 'x-principal': principal, 'x-roles': roles = '' } = headers
    if (typeof principal !== 'string') throw new Refusal('unauthenticated', 'nobody')
    return { principal, roles: String(roles).split(', '), sees: { trace: 'debug', reasoning: true } }
  },
}
const ANN = { 'x-principal': 'ann' }
const BOB = { 'x-principal': 'bob' }
const OLGA = { 'x-principal': 'olga', 'x-roles': 'operator' }

const DOORS = ['sessions', 'turns', 'requests', 'connections', 'stats']

async function asked(home: House, door: string, headers: Record<string, string> = OLGA): Promise<AnyFrame> {
  const { status, body } = await home.fetch(`/v1/operator/${door}`, { headers })
  expect(status).toBe(200)
  return body
}

/** Ann has a turn that runs and one that waits for an answer, Bob has a session in which nothing happens. */
async function busyHouse(options: Parameters<typeof house>[0] = {}) {
  const home = await house({ verifiers: [byHeaders], ...options })
  const ann = await home.connect(ANN)
  const running = await ann.open(1, { metadata: { title: 'Runs' } })
  const run = await turnOn(home, ann)
  const asking = await ann.open(2)
  await ann.ask({ type: 'input', ch: 2, text: 'Buy some' })
  const asker = await home.host.runOf(asking)
  asker.commit({
    type: 'control.requested',
    turn: asker.start.turn,
    request: 'r1',
    kind: 'approval',
    message: 'May I?',
    to: 'desk',
  })
  await ann.event('control.requested', 2)
  const bob = await home.connect(BOB)
  const quiet = await bob.open(1, { agent: 'other' })
  return { home, ann, bob, running, run, asking, quiet }
}

function linesOf() {
  const lines: string[] = []
  return { lines, logger: pino({ level: 'info' }, { write: (line: string) => lines.push(line) }) }
}

describe('an operator', () => {
  test('[O3] sees a budget with what people granted on top of it, and nothing of what they refused', async () => {
    const { home, run, ann } = await busyHouse()
    const grant = async (request: string, budget: string, answer: object) => {
      const asked = { kind: 'approval', message: 'More?', input: { budget, more: 10 } } as const
      run.commit({ type: 'control.requested', turn: run.start.turn, request, ...asked })
      await ann.event('control.requested', 1)
      expect(await ann.ask({ type: 'answer', ch: 1, request, ...answer })).toMatchObject({ type: 'ok' })
    }
    await grant('b1', 'turn.tokens', { approved: true })
    await grant('b2', 'turn.tokens', { approved: true, editedInput: { budget: 'turn.tokens', more: 5 } })
    await grant('b3', 'turn.toolCalls', { approved: false })
    const { turns } = await asked(home, 'turns')
    expect((turns as { budgets: object[] }[])[0]!.budgets.slice(0, 2)).toMatchObject([
      { bound: 'tokens', limit: 35, granted: 15 },
      { bound: 'toolCalls', limit: 4, granted: 0 },
    ])
  })

  test('[O1] is whoever has the role, without limits; everybody else gets forbidden, whatever the door', async () => {
    const { home, running } = await busyHouse()
    const { body } = await home.post('/v1/tickets', { sessions: [running], expiresIn: 60 }, OLGA)
    const limited = { authorization: `Bearer ${body.ticket}` }
    const posts = ['cancel', 'close', 'kill', 'answer'].map((action) => `sessions/${running}/${action}`)
    for (const headers of [ANN, { ...ANN, 'x-roles': 'desk' }, limited]) {
      for (const door of [...DOORS, 'nothing']) {
        const refused = await home.fetch(`/v1/operator/${door}`, { headers })
        expect(refused).toMatchObject({ status: 403, body: { code: 'forbidden' } })
        expect(JSON.stringify(refused.body)).not.toContain(running)
      }
      for (const door of posts) {
        expect(await home.post(`/v1/operator/${door}`, {}, headers)).toMatchObject({ status: 403 })
      }
    }
    expect(await home.fetch('/v1/operator/sessions')).toMatchObject({ status: 401 })
    const star = { 'x-principal': 'root', 'x-roles': '*' }
    expect((await asked(home, 'sessions', star)).sessions).toHaveLength(3)
  })

  test('[O2] sees the sessions of everybody, by principal, agent, status and words, a page at a time', async () => {
    const { home, running, asking, quiet } = await busyHouse()
    const found = async (query: string) => {
      const { sessions, cursor } = await asked(home, `sessions?${query}`)
      return { keys: (sessions as { session: string }[]).map(({ session }) => session), cursor }
    }
    expect((await found('')).keys).toEqual([quiet, asking, running])
    expect((await found('principal=ann&status=running')).keys).toEqual([running])
    expect((await found('agent=other')).keys).toEqual([quiet])
    expect((await found('q=RUNS')).keys).toEqual([running])
    const first = await found('limit=2')
    expect((await found(`limit=2&cursor=${first.cursor}`)).keys).toEqual([running])
    const { sessions } = await asked(home, 'sessions?q=buy')
    expect(sessions).toMatchObject([
      { key: asking, principal: 'ann', agent: 'echo', status: 'waiting', summary: 'Buy some' },
    ])
    expect(await home.fetch('/v1/operator/sessions?status=odd', { headers: OLGA })).toMatchObject({ status: 400 })
  })

  test('[O3] sees the turns that run and wait, with what they use, and the open requests, also of a server before', async () => {
    const data = temporaryFolder()
    const { home, run, running, asking, ann } = await busyHouse({ data })
    const message = { role: 'assistant' as const, parts: [{ type: 'text' as const, text: 'So' }] }
    const usage = { inputTokens: 10, outputTokens: 4, cost: 0.5 }
    run.commit({ type: 'message.committed', turn: run.start.turn, step: `${run.start.turn}.1`, message, usage })
    run.startTool('c1')
    run.finishTool('c1')
    await ann.event('tool.finished')
    const { turns, cursor } = await asked(home, 'turns?limit=1')
    expect(turns).toMatchObject([
      {
        session: running,
        principal: 'ann',
        turn: 't3',
        status: 'running',
        cause: 'input',
        attempt: 1,
        usage,
        toolCalls: 1,
        isHere: true,
        budgets: [
          { scope: 'turn', bound: 'tokens', used: 14, limit: 20, granted: 0 },
          { scope: 'turn', bound: 'toolCalls', used: 1, limit: 4, granted: 0 },
          { scope: 'session', bound: 'cost', used: 0.5, limit: 2, granted: 0 },
          { scope: 'session', bound: 'wallMs', used: expect.any(Number), limit: 60_000, granted: 0 },
        ],
      },
    ])
    const { body: agents } = await home.fetch('/v1/agents', { headers: ANN })
    expect(JSON.stringify(agents)).not.toContain('budget')
    expect((await asked(home, `turns?limit=1&cursor=${cursor}`)).turns).toMatchObject([
      { session: asking, status: 'waiting', requests: 1 },
    ])
    expect((await asked(home, 'turns')).turns).toMatchObject([{ session: running }, { session: asking }])
    expect((await asked(home, 'turns?status=waiting&principal=bob')).turns).toEqual([])
    const open = {
      key: asking,
      session: asking,
      principal: 'ann',
      request: 'r1',
      kind: 'approval',
      message: 'May I?',
      to: 'desk',
    }
    expect((await asked(home, 'requests')).requests).toMatchObject([open])

    await home.server.stop(0)
    const after = await house({ data, verifiers: [byHeaders] })
    expect((await asked(after, 'requests')).requests).toMatchObject([open])
    expect((await asked(after, 'turns')).turns).toMatchObject([
      { session: running, attempt: 2, usage },
      { session: asking, status: 'waiting' },
    ])
  })

  test('[O4] stops, closes and answers what is not his own: by the same rules, and by role', async () => {
    const log = linesOf()
    const { home, ann, running, asking, quiet } = await busyHouse({ audit: log.logger })
    const act = (key: string, action: string, body: object = {}, headers = OLGA) =>
      home.post(`/v1/operator/sessions/${key}/${action}`, body, headers)
    const yes = { request: 'r1', approved: true }
    expect(await act(asking, 'answer', yes)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    const desk = { ...OLGA, 'x-roles': 'operator, desk' }
    expect(await act(asking, 'answer', yes, desk)).toMatchObject({ status: 200 })
    expect(await ann.event('control.settled', 2)).toMatchObject({ by: 'olga', answer: { approved: true } })
    const stopped = await act(running, 'cancel', { id: 'stop' })
    expect(stopped).toMatchObject({ status: 200, body: { type: 'ok', id: 'stop', turn: 't3' } })
    expect(await ann.event('turn.ended', 1)).toMatchObject({ outcome: 'cancelled' })
    expect(await act(running, 'cancel', { id: 'stop' })).toMatchObject({ body: stopped.body })
    expect(await act(quiet, 'close')).toMatchObject({ status: 200 })
    const { body } = await home.fetch(`/v1/sessions/${quiet}/view`, { headers: BOB })
    expect(body).toMatchObject({ status: 'closed', closed: { reason: 'closed by an operator' } })
    expect(await act('ses_none', 'cancel')).toMatchObject({ status: 404, body: { code: 'session_not_found' } })
    expect(await act(running, 'fly')).toMatchObject({ status: 404 })
    expect(await act(running, 'cancel', { id: 7 })).toMatchObject({ status: 400 })
    // Who looked at what and did what is in the audit log.
    const audited = log.lines.map((line) => JSON.parse(line)).filter(({ event }) => event === 'operator')
    const did = { audit: true, principal: 'olga', did: 'cancel', key: running, command: 'stop' }
    expect(audited).toContainEqual(expect.objectContaining(did))
    await asked(home, 'requests')
    expect(log.lines.at(-1)).toContain('"looked":"/v1/operator/requests"')
  })

  test('[O5] ends the worker of a turn, which is run again as after any death', async () => {
    const { home, ann, running, quiet } = await busyHouse()
    const killed = await home.post(`/v1/operator/sessions/${running}/kill`, { id: 'k' }, OLGA)
    expect(killed).toMatchObject({ status: 200, body: { type: 'ok', id: 'k', turn: 't3', killed: true } })
    expect(await ann.next((frame) => frame.type === 'turn.started' && frame.attempt === 2)).toMatchObject({
      turn: 't3',
    })
    const again = await home.host.runOf(running, 2)
    again.end()
    expect(await ann.event('turn.ended', 1)).toMatchObject({ outcome: 'completed' })
    expect(await home.post(`/v1/operator/sessions/${quiet}/kill`, {}, OLGA)).toMatchObject({ body: { killed: false } })
  })

  test('[O6] sees who is on which line, and how far behind', async () => {
    const { home, running } = await busyHouse()
    const leaving = new AbortController()
    const headers = { ...ANN, accept: 'text/event-stream' }
    await fetch(`${home.url}/v1/sessions/${running}/events`, { headers, signal: leaving.signal })
    const { connections, total } = await asked(home, 'connections')
    expect(total).toBe(3)
    const rows = connections as { wire: string; principal: string }[]
    expect(rows.find(({ principal }) => principal === 'bob')).toMatchObject({ wire: 'websocket', attachments: 1 })
    expect(rows.filter(({ principal }) => principal === 'ann')).toMatchObject([
      {
        wire: 'websocket',
        attachments: 2,
        behind: 0,
        lag: 0,
        bufferedBytes: expect.any(Number),
        since: expect.any(Number),
      },
      { wire: 'sse', attachments: 1 },
    ])
    expect((await asked(home, 'connections?limit=1')).connections).toHaveLength(1)
    leaving.abort()
  })

  test('[O7] sees what went on in the last minutes, and what was refused by code', async () => {
    const { home, ann } = await busyHouse()
    await ann.ask({ type: 'cancel', ch: 9 })
    await home.fetch('/v1/sessions/none', { headers: ANN })
    const { everyMs, samples, now } = await asked(home, 'stats')
    expect([everyMs, samples]).toEqual([5_000, []])
    expect(now).toMatchObject({ connections: 2, attachments: 3, sessions: 3, turns: 2 })
    expect((now as { errors: object }).errors).toEqual({ channel_unknown: 1, session_not_found: 1 })
    const metrics = await (await fetch(`${home.url}/metrics`)).text()
    expect(metrics).toMatch(/^longwire_commits_total \d+$/m)
    expect(metrics).toContain('longwire_errors_total{code="channel_unknown"} 1')
  })
})

describe('the samples of a server', () => {
  let clock: SkippingClock & Clock
  beforeAll(() => {
    clock = new SkippingClock()
  })

  test('[O7] tell how much happened in each stretch, not since the beginning', () => {
    const counts = { events: 0, commits: 0, turns: 0, errors: new Map([['internal', 3]]) }
    const none = () => 0
    const gauged = { connections: none, attachments: none, sessions: none, turns: none, bufferedBytes: none }
    const stats = new Stats({ ...gauged, clock, counts })
    counts.events = 500
    counts.errors.set('internal', 4).set('forbidden', 1)
    clock.skip(5_000)
    stats.take()
    counts.commits = 10
    clock.skip(5_000)
    stats.take()
    const [first, second] = stats.samples
    expect(first!.eventsPerSecond).toBeGreaterThan(90)
    expect(first!.errors).toEqual({ internal: 1, forbidden: 1 })
    expect([second!.eventsPerSecond, second!.errors]).toEqual([0, {}])
    for (let n = 0; n < 130; n++) stats.take()
    expect(stats.samples).toHaveLength(120)
    stats.close()
  })
})
