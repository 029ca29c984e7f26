import { describe, expect, test } from 'vitest'
import { type House, house, turnOn } from './house.ts'
import type { Peer } from './peer.ts'
import type { ScriptedRun } from './scripted-host.ts'

async function running(): Promise<{ home: House; peer: Peer; session: string; run: ScriptedRun }> {
  const home = await house()
  const peer = await home.connect()
  const session = await peer.open(1, { trace: 'debug' })
  return { home, peer, session, run: await turnOn(home, peer) }
}

const fates = (peer: Peer) =>
  peer.events().flatMap((event) => {
    if (event.type === 'input.applied') return [`${event.input} applied to ${event.turn} ${event.step ?? ''}`.trim()]
    return event.type === 'input.returned' ? [`${event.input} returned: ${event.reason}`] : []
  })

describe('inputs', () => {
  test('[S3] queued inputs wait, and each becomes a turn of its own, in order', async () => {
    const { home, peer, session, run } = await running()
    const second = await peer.ask({ type: 'input', ch: 1, text: 'Two' })
    const third = await peer.ask({ type: 'input', ch: 1, text: 'Three', delivery: 'queue' })
    expect(second).toMatchObject({ type: 'ok', seq: 5, input: 'i5' })
    expect(second).not.toHaveProperty('turn')
    run.end()
    const next = await home.host.runOf(session, 2)
    expect(next.start.inputs.map(({ text }) => text)).toEqual(['Two'])
    next.end()
    const last = await home.host.runOf(session, 3)
    expect(last.start.inputs.map(({ text }) => text)).toEqual(['Three'])
    last.end()
    await peer.until(() => peer.events().filter(({ type }) => type === 'turn.ended').length === 3)
    expect(fates(peer)).toEqual(['i2 applied to t3', 'i5 applied to t8', `${third.input} applied to t11`])
  })

  test('[S4] a steering input joins at the next step boundary, and the agent is told of it there', async () => {
    const { peer, run } = await running()
    run.message(1, 'First')
    await peer.ask({ type: 'input', ch: 1, text: 'Rather in euros', delivery: 'steer' })
    await peer.ask({ type: 'input', ch: 1, text: 'And a table', delivery: 'steer' })
    run.take(2)
    const steered = (await run.told('steer')) as { text: string }[]
    expect(steered.map(({ text }) => text)).toEqual(['Rather in euros', 'And a table'])
    await peer.until(() => fates(peer).length === 3)
    expect(fates(peer).slice(1)).toEqual(['i6 applied to t3 t3.2', 'i7 applied to t3 t3.2'])
    run.take(3)
    expect(await run.told('steer', 2)).toEqual([])
  })

  test('[S4] a steering input is returned when the turn ends first', async () => {
    const { peer, run } = await running()
    await peer.ask({ type: 'input', ch: 1, text: 'Too late', delivery: 'steer' })
    run.end()
    expect(await peer.event('input.returned')).toMatchObject({ input: 'i5', reason: 'turn_ended' })
  })

  test('[S3] [S4] [S5] with no turn running each way of delivery starts one', async () => {
    for (const delivery of ['queue', 'steer', 'interrupt']) {
      const home = await house()
      const peer = await home.connect()
      await peer.open()
      const run = await turnOn(home, peer, { delivery })
      expect(run.start.inputs).toMatchObject([{ text: 'Hello', delivery }])
    }
  })

  test('[S5] an interrupt cancels the running turn and goes before what waits', async () => {
    const { home, peer, session, run } = await running()
    run.speak(1)('It was said')
    await peer.event('chunk.text')
    await peer.ask({ type: 'input', ch: 1, text: 'Waits' })
    await peer.ask({ type: 'input', ch: 1, text: 'Steers', delivery: 'steer' })
    const ok = await peer.ask({ type: 'input', ch: 1, text: 'Stop, rather this', delivery: 'interrupt' })
    await run.told('cancel')
    const next = await home.host.runOf(session, 2)
    expect(next.start.turn).toBe(ok.turn)
    expect(next.start.inputs.map(({ text }) => text)).toEqual(['Stop, rather this'])
    await peer.until(() => peer.events().some((event) => event.type === 'turn.started' && event.turn === ok.turn))
    const types = peer.events().map(({ type }) => type)
    expect(types.slice(types.indexOf('message.committed'))).toEqual([
      'message.committed',
      'turn.ended',
      'input.returned',
      'input.accepted',
      'turn.started',
      'input.applied',
    ])
    next.end()
    expect((await home.host.runOf(session, 3)).start.inputs.map(({ text }) => text)).toEqual(['Waits'])
  })

  test('[S6] context alone starts no turn, and goes with the next one, or joins at a step boundary', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const waits = await peer.ask({ type: 'input', ch: 1, context: { page: 'prices' } })
    expect(waits).toEqual({ type: 'ok', id: waits.id, ch: 1, seq: 2, input: 'i2' })
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { status: 'idle', turn: null } })
    const run = await turnOn(home, peer)
    expect(run.start.inputs.map(({ input, context }) => [input, context])).toEqual([
      ['i2', { page: 'prices' }],
      ['i3', undefined],
    ])
    await peer.ask({ type: 'input', ch: 1, context: { page: 'news' } })
    run.take(1)
    expect(await run.told('steer')).toMatchObject([{ context: { page: 'news' } }])
  })

  test('[S7] withdraw returns an input that waits, and no other', async () => {
    const { peer, run } = await running()
    const { input } = await peer.ask({ type: 'input', ch: 1, text: 'Never mind' })
    expect(await peer.ask({ type: 'withdraw', ch: 1, input })).toMatchObject({ type: 'ok', seq: 6, input })
    expect(await peer.ask({ type: 'withdraw', ch: 1, input })).toMatchObject({ code: 'input_not_found' })
    expect(await peer.ask({ type: 'withdraw', ch: 1, input: 'i2' })).toMatchObject({ code: 'input_not_found' })
    expect(await peer.ask({ type: 'withdraw', ch: 1, input: 'i99' })).toMatchObject({ code: 'input_not_found' })
    run.end()
    await peer.event('turn.ended')
    expect(fates(peer)).toEqual(['i2 applied to t3', `${input} returned: withdrawn`])
  })

  test('[C13] an input has text or parts, and not both, or context', async () => {
    const home = await house()
    const peer = await home.connect()
    await peer.open()
    const parts = [{ type: 'text', text: 'One' }]
    expect(await peer.ask({ type: 'input', ch: 1 })).toMatchObject({ code: 'bad_field' })
    expect(await peer.ask({ type: 'input', ch: 1, text: '' })).toMatchObject({ code: 'bad_field' })
    expect(await peer.ask({ type: 'input', ch: 1, parts: [] })).toMatchObject({ code: 'bad_field' })
    expect(await peer.ask({ type: 'input', ch: 1, text: 'One', parts })).toMatchObject({ code: 'bad_field' })
    expect(await peer.ask({ type: 'input', ch: 1, parts })).toMatchObject({ type: 'ok' })
  })
})

describe('a turn', () => {
  test('[S8] [S9] cancel commits what was said as partial, finishes calls and settles requests, and ends once', async () => {
    const { home, peer, session, run } = await running()
    run.startTool('call1')
    run.request('r1')
    run.speak(1, 'r', 'chunk.reasoning')('I think "so')
    const say = run.speak(1)
    say('Half a')
    say(' sentence\n')
    run.speak(2)
    const tool = {
      type: 'open',
      draft: 99,
      head: { type: 'chunk.tool', turn: 't3', step: 't3.3', call: 'c9', name: 'x' },
    }
    run.say(tool as never, { type: 'add', draft: 99, escaped: '{', at: 1 })
    await peer.event('chunk.tool')
    const ok = await peer.ask({ type: 'cancel', ch: 1 })
    expect(await run.told('stop')).toMatchObject({ reason: expect.any(String) })
    // What the agent says after that is nobody's.
    say(' never heard')
    run.message(1, 'never heard')
    run.end()
    expect(await peer.event('turn.stopping')).toMatchObject({ turn: 't3', seq: ok.seq })
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'cancelled', turn: 't3' })
    expect(ok).toMatchObject({ type: 'ok', turn: 't3' })
    const ending = peer.events().filter(({ seq }) => seq > 6)
    expect(ending.map(({ type }) => type).sort()).toEqual(
      [
        'control.settled',
        'message.committed',
        'step.rolledback',
        'step.rolledback',
        'tool.finished',
        'turn.ended',
        'turn.stopping',
      ].sort(),
    )
    expect(ending).toContainEqual(
      expect.objectContaining({
        type: 'message.committed',
        step: 't3.1',
        partial: true,
        message: {
          role: 'assistant',
          parts: [
            { type: 'reasoning', text: 'I think "so' },
            { type: 'text', text: 'Half a sentence\n' },
          ],
        },
      }),
    )
    expect(ending).toContainEqual(expect.objectContaining({ call: 'call1', outcome: 'cancelled' }))
    expect(ending).toContainEqual(expect.objectContaining({ request: 'r1', outcome: 'withdrawn' }))
    const next = await turnOn(home, peer, { text: 'And now?' })
    expect(next.start.session).toBe(session)
    next.end()
    await peer.event('turn.ended')
    expect(peer.events().filter(({ type }) => type === 'turn.ended')).toHaveLength(2)
    expect(JSON.stringify(peer.events())).not.toContain('never heard')
  })

  test('[S8] cancel with no turn running, or of one that is over, changes nothing; of one that never was is refused', async () => {
    const { home, peer, run } = await running()
    run.end()
    await peer.event('turn.ended')
    expect(await peer.ask({ type: 'cancel', ch: 1 })).toMatchObject({ type: 'ok' })
    const next = await turnOn(home, peer)
    expect(await peer.ask({ type: 'cancel', ch: 1, turn: 't3' })).toMatchObject({ type: 'ok', turn: 't3' })
    expect(await peer.ask({ type: 'cancel', ch: 1, turn: 't999' })).toMatchObject({ code: 'turn_not_found' })
    expect(next.isCancelled).toBe(false)
    expect(await peer.ask({ type: 'cancel', ch: 1, turn: next.start.turn })).toMatchObject({ turn: next.start.turn })
  })

  test('[S10] a turn that fails rolls its open steps back, keeps what was committed, and says why', async () => {
    const { peer, run } = await running()
    run.message(1, 'This stays')
    run.speak(2)('This goes')
    run.startTool('call1')
    run.fail('model_error', 'the model said no')
    const ended = await peer.event('turn.ended')
    expect(ended).toMatchObject({ outcome: 'failed', error: { code: 'model_error', message: 'the model said no' } })
    const events = peer.events()
    expect(events.filter(({ type }) => type === 'step.rolledback')).toMatchObject([{ step: 't3.2' }])
    expect(events).toContainEqual(expect.objectContaining({ type: 'tool.finished', call: 'call1', outcome: 'error' }))
    expect(events.filter(({ type }) => type === 'turn.ended')).toHaveLength(1)
  })

  test('[S2] [S10] a worker that dies in mid-stream has its turn run again; where it dies again the turn ends once, as failed, and what waited goes on', async () => {
    const { home, peer, session, run } = await running()
    await peer.ask({ type: 'input', ch: 1, text: 'Next' })
    run.speak(1)('Half')
    run.die('agent_crashed')
    run.die('agent_crashed')
    run.end()
    expect(await peer.event('step.rolledback')).toMatchObject({ step: 't3.1', reason: 'agent_crashed' })
    expect(await peer.event('turn.started')).toMatchObject({ turn: 't3', attempt: 2, inputs: ['i2'] })
    const again = await home.host.runOf(session, 2)
    expect(again.start).toMatchObject({ turn: 't3', attempt: 2, inputs: [{ text: 'Hello' }] })
    again.die('agent_crashed')
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'failed', error: { code: 'agent_crashed' } })
    const next = await home.host.runOf(session, 3)
    next.end()
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed', turn: next.start.turn })
  })

  test('[S10] a host that cannot start a turn fails it, and the session goes on', async () => {
    const home = await house()
    const peer = await home.connect()
    await peer.open()
    const { start } = home.host
    home.host.start = () => {
      throw new Error('no worker is left')
    }
    await peer.ask({ type: 'input', ch: 1, text: 'Hello' })
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'failed', error: { code: 'agent_unavailable' } })
    home.host.start = start
    const run = await turnOn(home, peer)
    run.end()
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed' })
  })

  test('[B7] a turn longer than turnMs is failed with turn_too_long', async () => {
    const home = await house({ limits: { turnMs: 60 } })
    const peer = await home.connect()
    await peer.open()
    const run = await turnOn(home, peer)
    run.speak(1)('for ever')
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'failed', error: { code: 'turn_too_long' } })
    await run.told('cancel')
  })

  test('[S12] close cancels the running turn, returns what waits, and the log can still be read', async () => {
    const { home, peer, session, run } = await running()
    run.speak(1)('Half')
    await peer.event('chunk.text')
    await peer.ask({ type: 'input', ch: 1, text: 'Waits' })
    await peer.ask({ type: 'input', ch: 1, text: 'Steers', delivery: 'steer' })
    const ok = await peer.ask({ type: 'close', ch: 1, id: 'bye' })
    const closed = await peer.event('session.closed')
    expect(closed.seq).toBe(ok.seq)
    expect(fates(peer)).toEqual(['i2 applied to t3', 'i6 returned: turn_ended', 'i5 returned: withdrawn'])
    expect(peer.events()).toContainEqual(expect.objectContaining({ type: 'turn.ended', outcome: 'cancelled' }))
    expect(await peer.ask({ type: 'input', ch: 1, text: 'More' })).toMatchObject({ code: 'session_closed' })
    expect(await peer.ask({ type: 'close', ch: 1 })).toMatchObject({ code: 'session_closed' })
    expect(await peer.ask({ type: 'close', ch: 1, id: 'bye' })).toMatchObject({ type: 'ok', seq: ok.seq })
    const later = await home.connect()
    expect(await later.attach(session)).toMatchObject({ type: 'attached', status: 'closed' })
    expect(await later.next('snapshot')).toMatchObject({ view: { status: 'closed' } })
  })

  test('[E7] the first answer settles a request; a later one is told how; one that was never made is not found', async () => {
    const { home, peer, session, run } = await running()
    run.request('r1')
    await peer.event('control.requested')
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { status: 'waiting' } })
    const ok = await peer.ask({ type: 'answer', ch: 1, request: 'r1', approved: true, reason: 'fine' })
    expect(ok).toMatchObject({ type: 'ok', seq: 6 })
    expect(await run.told('settled')).toMatchObject({ request: 'r1', answer: { approved: true }, by: 'local' })
    const late = await peer.ask({ type: 'answer', ch: 1, request: 'r1', approved: false })
    expect(late).toMatchObject({
      type: 'error',
      code: 'already_settled',
      outcome: { outcome: 'answered', answer: { approved: true, reason: 'fine' }, by: 'local' },
    })
    expect(await peer.ask({ type: 'answer', ch: 1, request: 'r9', approved: true })).toMatchObject({
      code: 'request_not_found',
    })
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { status: 'running', requests: [] } })
  })

  test('[C13] an answer has what its kind of request asks for, and nothing of the other kind', async () => {
    const { peer, run } = await running()
    run.request('yes-no')
    run.request('form', 'form')
    await peer.until(() => peer.events().filter(({ type }) => type === 'control.requested').length === 2)
    const answer = (fields: object) => peer.ask({ type: 'answer', ch: 1, ...fields })
    expect(await answer({ request: 'yes-no', action: 'accept' })).toMatchObject({ code: 'bad_field' })
    expect(await answer({ request: 'form', approved: true })).toMatchObject({ code: 'bad_field' })
    expect(await answer({ request: 'yes-no', approved: true, content: { a: 1 } })).toMatchObject({ code: 'bad_field' })
    expect(await answer({ request: 'form', action: 'accept', reason: 'why' })).toMatchObject({ code: 'bad_field' })
    expect(await answer({ request: 'form', action: 'accept', content: { a: 1 } })).toMatchObject({ type: 'ok' })
    expect(await answer({ request: 'yes-no', approved: false })).toMatchObject({ type: 'ok' })
  })

  test('a turn is given back what the provider of its model wants to see again', async () => {
    const { home, peer, session, run } = await running()
    const { turn } = run.start
    const provider = { anthropic: { signature: 'abc' } }
    const parts = [
      { type: 'reasoning' as const, text: 'Hm', provider },
      { type: 'tool-call' as const, call: 'c1', name: 'look', input: {}, provider },
    ]
    run.commit({ type: 'message.committed', turn, step: `${turn}.1`, message: { role: 'assistant', parts } })
    run.end()
    await peer.event('turn.ended')
    await turnOn(home, peer)
    const next = await home.host.runOf(session, 2)
    const said = next.start.history.find(({ role }) => role === 'assistant')
    expect(said).toMatchObject({
      parts: [
        { text: 'Hm', provider },
        { call: 'c1', provider },
      ],
    })
  })

  test('a turn is given what was said before it: partial answers, tools and their results', async () => {
    const { home, peer, run } = await running()
    run.message(1, 'Prices rose')
    run.end()
    await peer.event('turn.ended')
    const next = await turnOn(home, peer, { text: 'Why?' })
    expect(next.start.history).toMatchObject([
      { role: 'user', parts: [{ type: 'text', text: 'Hello' }] },
      { role: 'assistant', parts: [{ type: 'text', text: 'Prices rose' }] },
    ])
  })
})
