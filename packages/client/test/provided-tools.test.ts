import { describe, expect, test } from 'vitest'
import type { ClientTools } from '../src/index.ts'
import { connect } from '../src/index.ts'
import { begun, on, opened } from './events.ts'
import { ScriptedServer } from './scripted-server.ts'

describe('tools of this side', () => {
  test('[K16] a request for a tool that is provided is answered with what the tool gives', async () => {
    const { line, client } = await home({ add: (input) => (input as { a: number }).a + 1 })
    line.say(...on(1, ...asked('add', { a: 1 })))
    const answer = await line.take('answer')
    expect(answer).toMatchObject({ request: 'r', action: 'accept', content: 2 })
    expect(answer).not.toHaveProperty('approved')
    client.close()
  })

  test('[K16] a tool that throws, and one that gives no JSON, decline with a typed error', async () => {
    const { line, client } = await home({
      broken: () => {
        throw new Error('no paper')
      },
      strange: () => 7n,
    })
    line.say(...on(1, ...asked('broken', {}, 5, 'r1'), ...asked('strange', {}, 7, 'r2')))
    const error = { code: 'tool_failed', message: 'the tool failed: no paper' }
    expect(await line.take('answer')).toMatchObject({ request: 'r1', action: 'decline', content: { error } })
    expect(await line.take('answer')).toMatchObject({ request: 'r2', content: { error: { code: 'tool_failed' } } })
    client.close()
  })

  test('[K16] a tool runs once for a request, and its answer goes out on the next line where this one is lost', async () => {
    const ready = Promise.withResolvers<string>()
    let runs = 0
    const { server, line, client } = await home({
      slow: () => {
        runs += 1
        return ready.promise
      },
    })
    line.say(...on(1, ...asked('slow')))
    while (runs === 0) await new Promise(setImmediate)
    line.cut()
    const next = await server.line()
    next.welcome()
    await next.attach()
    ready.resolve('done')
    const { id } = await next.take('answer')
    next.cut()
    const last = await server.line()
    last.welcome()
    await last.attach()
    expect(await last.take('answer')).toMatchObject({ id, content: 'done' })
    expect(runs).toBe(1)
    client.close()
  })

  test('[K17] requests for other tools, and requests to people, are left to others', async () => {
    const { line, client, session } = await home({ add: () => 1 })
    const approval = {
      type: 'control.requested',
      seq: 7,
      at: 7,
      turn: 't1',
      request: 'a',
      kind: 'approval',
      message: '?',
    }
    line.say(...on(1, ...asked('other'), approval, ...asked('add', {}, 8, 'mine')))
    expect(await line.take('answer')).toMatchObject({ request: 'mine' })
    expect(session.view.requests).toHaveLength(3)
    expect(line.unread).toEqual([])
    client.close()
  })

  test('[K18] what is settled elsewhere aborts the tool, and nothing is answered', async () => {
    const began = Promise.withResolvers<void>()
    const aborted = Promise.withResolvers<void>()
    const { line, client } = await home({
      slow: (_input, { signal }) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => {
            resolve('too late')
            aborted.resolve()
          })
          began.resolve()
        }),
      quick: () => 'quick',
    })
    line.say(...on(1, ...asked('slow')))
    await began.promise
    line.say(...on(1, { type: 'control.settled', seq: 7, at: 7, request: 'r', outcome: 'withdrawn' }))
    await aborted.promise
    line.say(...on(1, ...asked('quick', {}, 8, 'r2')))
    expect(await line.take('answer')).toMatchObject({ request: 'r2' })
    client.close()
  })

  test('[K19] a request of a view that is older than the log is asked after before anything is run', async () => {
    let runs = 0
    const tools = {
      add: () => {
        runs += 1
        return 1
      },
    }
    const { line, client, server, session } = await home()
    line.say(...on(1, ...asked('add')))
    await until(() => session.view.requests.length === 1)
    const { view } = session
    client.close()
    server.answers.set('/v1/sessions/s', { status: 200, body: { session: 's', requests: [] } })
    const later = connect(server.url)
    const again = later.session('s', { view })
    again.provide(tools)
    const next = await server.line()
    next.welcome()
    const { id, ch } = await next.take('attach')
    next.say({ type: 'attached', id, ch, session: 's', agent: 'echo', head: 8, log: 'l', recovered: 'replay' })
    next.say(...on(ch, { type: 'control.settled', seq: 7, at: 7, request: 'r', outcome: 'withdrawn' }))
    await until(() => again.view.requests.length === 0)
    await new Promise(setImmediate)
    expect(runs).toBe(0)
    later.close()
  })

  test('an approval carries the hash of what the view showed, and the waiting inputs are put in order', async () => {
    const { line, client, session } = await home()
    const approval = {
      type: 'control.requested',
      seq: 5,
      at: 5,
      turn: 't1',
      request: 'a',
      kind: 'approval',
      message: '?',
    }
    line.say(...on(1, { ...approval, input: { n: 1 }, hash: 'h1' }))
    await until(() => session.view.requests.length === 1)
    void session.answer('a', { approved: true }).catch(() => {})
    expect(await line.take('answer')).toMatchObject({ request: 'a', approved: true, hash: 'h1' })
    void session.arrange(['in3', 'in2']).catch(() => {})
    expect(await line.take('arrange')).toMatchObject({ inputs: ['in3', 'in2'] })
    client.close()
  })

  async function until(isSo: () => boolean): Promise<void> {
    while (!isSo()) await new Promise(setImmediate)
  }
})

/** The events by which a turn asks this side to run a tool. */
function asked(name: string, input: unknown = {}, seq = 5, request = 'r') {
  const call = `call of ${request}`
  return [
    { type: 'tool.started', seq, at: seq, turn: 't1', step: `step of ${request}`, call, name, input },
    {
      type: 'control.requested',
      seq: seq + 1,
      at: seq,
      turn: 't1',
      request,
      kind: 'client-tool',
      message: name,
      call,
      input,
    },
  ]
}

/** A session in a turn that runs, on a line of its own, with these tools provided. */
async function home(tools: ClientTools = {}) {
  const server = await ScriptedServer.listen()
  const client = connect(server.url, { chance: () => 0 })
  const session = client.session('s', { after: '0' })
  session.provide(tools)
  const line = await server.line()
  line.welcome()
  await line.attach()
  line.say(...on(1, opened, ...begun(2)))
  return { server, client, line, session }
}
