import { describe, expect, test } from 'vitest'
import { wellFormed } from '../../../tests/durable/well-formed.ts'
import { type House, house, temporaryFolder, turnOn } from './house.ts'
import type { Peer } from './peer.ts'
import type { ScriptedRun } from './scripted-host.ts'

/** A turn that has said something, calls two tools, and asks; its tools go on when it is stopped. */
async function atWork(home: House, peer: Peer): Promise<ScriptedRun> {
  const run = await turnOn(home, peer)
  const { turn } = run.start
  const parts = ['c1', 'c2'].map((call) => ({ type: 'tool-call' as const, call, name: 'search', input: {} }))
  run.commit({ type: 'message.committed', turn, step: `${turn}.1`, message: { role: 'assistant', parts } })
  run.startTool('c1')
  run.startTool('c2')
  run.request('r1')
  run.speak(4)('I was about to')
  await peer.event('chunk.text')
  run.lingers = true
  return run
}

const types = (peer: Peer) => peer.events().map(({ type }) => type)

describe('a turn that is cancelled while tools are at work', () => {
  test('[S20] is stopping at once, takes the results of its tools and nothing else, and ends when they have', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const run = await atWork(home, peer)
    const before = types(peer).length
    const cancel = { type: 'cancel', id: 'stop', ch: 1 }
    const stopped = await peer.ask(cancel)
    expect(stopped).toMatchObject({ type: 'ok', turn: 't3', seq: expect.any(Number) })
    expect(await run.told('stop')).toEqual({ reason: 'stopped by a person', graceMs: 2_000 })
    const { body } = await home.fetch(`/v1/sessions/${session}/view`)
    expect(body).toMatchObject({ status: 'running', turns: [{ status: 'running', stopping: true }] })
    run.speak(4)('not heard')
    run.commit({ type: 'message.committed', turn: 't3', step: 't3.4', message: { role: 'assistant', parts: [] } })
    run.request('r2')
    run.finishTool('c1')
    run.finishTool('c9')
    await peer.event('tool.finished')
    run.finishTool('c2')
    run.stopped()
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'cancelled' })
    expect(types(peer).slice(before)).toEqual([
      'message.committed',
      'control.settled',
      'turn.stopping',
      'tool.finished',
      'tool.finished',
      'turn.ended',
    ])
    const results = peer.events().flatMap((event) => (event.type === 'tool.finished' ? [event.outcome] : []))
    expect(results).toEqual(['ok', 'ok'])
    peer.frames.length = 0
    expect(await peer.ask(cancel)).toEqual(stopped)
  })

  test('[S20] ends without a tool that does not, once the time is over', async () => {
    const home = await house({ limits: { toolGraceMs: 20 } })
    const peer = await home.connect()
    await peer.open()
    const run = await atWork(home, peer)
    await peer.ask({ type: 'cancel', ch: 1 })
    run.finishTool('c2')
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'cancelled' })
    const results = peer
      .events()
      .flatMap((event) => (event.type === 'tool.finished' ? [[event.call, event.outcome]] : []))
    expect(results).toEqual([
      ['c2', 'ok'],
      ['c1', 'cancelled'],
    ])
    expect(run.isCancelled).toBe(true)
  })

  test.each([
    ['another cancel', { type: 'cancel' }],
    ['an interrupt', { type: 'input', text: 'Only Europe', delivery: 'interrupt' }],
    ['closing the session', { type: 'close' }],
  ])('[S20] ends at once with %s, and what waits begins', async (_, command) => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const run = await atWork(home, peer)
    await peer.ask({ type: 'cancel', ch: 1 })
    await run.told('stop')
    const answered = await peer.ask({ ...command, ch: 1 })
    expect(answered).toMatchObject({ type: 'ok' })
    expect(await peer.event('turn.ended')).toMatchObject({ turn: 't3', outcome: 'cancelled' })
    if (command.type === 'input') expect(await home.host.runOf(session, 2)).toBeDefined()
    // What its tools say now comes too late.
    run.finishTool('c1')
    const { body } = await home.fetch(`/v1/sessions/${session}/events?trace=debug`, {
      headers: { accept: 'application/json' },
    })
    expect(wellFormed((body as never as { events: never[] }).events)).toEqual([])
  })

  test('[S5] an interrupt waits for no tool: the next turn is in the same append', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const run = await atWork(home, peer)
    const { seq, turn } = await peer.ask({ type: 'input', ch: 1, text: 'Only Europe', delivery: 'interrupt' })
    expect(turn).toBe(`t${Number(seq) + 1}`)
    expect(await home.host.runOf(session, 2)).toBeDefined()
    expect(run.heard.some(({ type }) => type === 'stop')).toBe(false)
    expect(run.isCancelled).toBe(true)
  })

  test('[S20] is not run again where its worker or its server dies meanwhile', async () => {
    const data = temporaryFolder()
    let home = await house({ data })
    const peer = await home.connect()
    const [killed, left] = [await peer.open(1), await peer.open(2)]
    const run = await atWork(home, peer)
    await peer.ask({ type: 'cancel', ch: 1 })
    run.die('agent_crashed')
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'cancelled' })

    await peer.ask({ type: 'input', ch: 2, text: 'Hello' })
    const other = await home.host.runOf(left)
    other.startTool('c1')
    await peer.event('tool.started', 2)
    other.lingers = true
    await peer.ask({ type: 'cancel', ch: 2 })
    await home.server.stop(0)
    home = await house({ data })
    for (const session of [killed, left]) {
      const { body } = await home.fetch(`/v1/sessions/${session}/view`)
      expect(body).toMatchObject({ status: 'idle', turns: [{ status: 'cancelled', attempt: 1 }] })
    }
    expect(home.host.runs).toHaveLength(0)
  })
})
