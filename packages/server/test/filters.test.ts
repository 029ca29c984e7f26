import type { Level } from '@longwire/protocol'
import { emptyView, fold, type SessionView } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import { commitBody } from '../src/session/log-event.ts'
import { type House, house, turnOn } from './house.ts'
import type { AnyFrame, Peer } from './peer.ts'
import { blocksOf, parseMessage } from './readers.ts'
import type { ScriptedRun } from './scripted-host.ts'

const LEVELS: readonly Level[] = ['milestone', 'step', 'detail', 'debug']

async function speaking(options = {}): Promise<{ home: House; first: Peer; session: string; run: ScriptedRun }> {
  const home = await house(options)
  const first = await home.connect()
  const session = await first.open(1, { trace: 'debug' })
  return { home, first, session, run: await turnOn(home, first) }
}

describe('a filter', () => {
  test('[A11] shows spans of its level and coarser, live, in replay, in snapshots and over every wire', async () => {
    const { home, first, session, run } = await speaking()
    const live = new Map<Level, Peer>()
    for (const trace of LEVELS) {
      const peer = await home.connect()
      await peer.attach(session, { after: '4', trace })
      live.set(trace, peer)
    }
    for (const level of LEVELS) run.progress(`open-${level}`, 0.5, level)
    for (const level of LEVELS) run.span(`done-${level}`, level)
    run.message(1, 'Said')
    await first.event('message.committed')

    const spansOf = (frames: readonly AnyFrame[]) => frames.flatMap(({ span }) => (span === undefined ? [] : [span]))
    for (const [depth, trace] of LEVELS.entries()) {
      const shown = LEVELS.slice(0, depth + 1)
      const wanted = [...shown.map((level) => `open-${level}`), ...shown.map((level) => `done-${level}`)].sort()
      const peer = live.get(trace)!
      await peer.event('message.committed')
      expect(spansOf(peer.frames).sort(), `live ${trace}`).toEqual(wanted)

      const late = await home.connect()
      await late.attach(session, { after: '4', trace })
      await late.event('message.committed')
      await late.ask({ type: 'ping' })
      expect(spansOf(late.frames).sort(), `replay ${trace}`).toEqual(wanted)

      const viewed = await home.connect()
      await viewed.attach(session, { trace })
      const { view } = (await viewed.next('snapshot')) as unknown as {
        view: { turns: [{ trace: { span: string }[] }] }
      }
      expect(view.turns[0].trace.map(({ span }) => span).sort(), `snapshot ${trace}`).toEqual(wanted)

      const page = await home.fetch(`/v1/sessions/${session}/events?after=4&trace=${trace}`, {
        headers: { accept: 'application/json' },
      })
      expect(spansOf(page.body.events as AnyFrame[]).sort(), `poll ${trace}`).toEqual(wanted)
      for (const each of [peer, late, viewed]) each.cut()
    }
  })

  test('[A11] a trace that is not asked for is the milestones', async () => {
    const { home, first, session, run } = await speaking()
    const reader = await home.connect()
    await reader.attach(session, { after: '4' })
    for (const level of LEVELS) run.span(level, level)
    run.message(1, 'Said')
    await reader.event('message.committed')
    expect(reader.told()).toEqual(['trace.span 5', 'message.committed 9'])
    await first.event('message.committed')
  })

  test('[A11] without reasoning none is sent: drafted, committed, in a snapshot, over any wire, or by href', async () => {
    const { home, first, session, run } = await speaking({ limits: { stubBytes: 2_000 } })
    const live = await home.connect()
    await live.attach(session, { after: '4', reasoning: false })
    run.speak(1, 'r', 'chunk.reasoning')('secret draft')
    run.speak(1)('open text')
    run.speak(2, 'r', 'chunk.reasoning')('secret open')
    run.thoughtfulMessage(1, 'secret thought', 'Said')
    run.thoughtfulMessage(3, `secret ${'x'.repeat(3_000)}`, 'Said at length')
    await first.until(() => first.told().at(-1) === 'message.committed 6')

    const frames: unknown[] = []
    await live.until(() => live.told().at(-1) === 'message.committed 6')
    frames.push(...live.frames)
    expect(live.events().find(({ seq, type }) => seq === 5 && type === 'message.committed')).toMatchObject({
      message: { parts: [{ type: 'text', text: 'Said' }] },
    })
    const replayed = await home.connect()
    await replayed.attach(session, { after: '0', reasoning: false })
    await replayed.until(() => replayed.told().at(-1) === 'message.committed 6')
    const viewed = await home.connect()
    await viewed.attach(session, { reasoning: false })
    frames.push(await viewed.next('snapshot'), ...replayed.frames)
    const path = `/v1/sessions/${session}`
    const accept = { headers: { accept: 'application/json' } }
    frames.push((await home.fetch(`${path}/events?reasoning=false`, accept)).body)
    frames.push((await home.fetch(`${path}/view?reasoning=false`)).body)
    const stream = await fetch(`${home.url}${path}/events?reasoning=false`, {
      headers: { accept: 'text/event-stream' },
    })
    for await (const block of blocksOf(stream)) {
      const frame = parseMessage(block)
      if (frame) frames.push(frame)
      if (frame?.seq === 6) break
    }
    const stub = live.events().at(-1) as unknown as { href: string }
    frames.push((await home.fetch(stub.href)).body)
    expect(JSON.stringify(frames)).not.toContain('secret')
    expect(JSON.stringify(frames)).toContain('Said at length')
    expect(JSON.stringify(first.frames)).toContain('secret thought')
  })

  test('[A11] without reasoning none of a background task is sent, nor what is no reasoning left out', async () => {
    const { home, session, run } = await speaking()
    const { turn } = run.start
    const parts = [
      { type: 'reasoning', text: 'secret thought' },
      { type: 'text', text: 'Said' },
    ]
    const fields = { type: 'step.finished' as const, turn, name: 'generate', tookMs: 1 }
    run.commitBodies(
      { ...commitBody({ ...fields, step: `${turn}.b1.1`, output: { parts } }, 1_000), reasoning: true },
      { ...commitBody({ ...fields, step: `${turn}.1`, output: '"type":"reasoning"' }, 1_000), reasoning: true },
    )
    run.message(2, 'over')
    for (const reasoning of [false, true]) {
      const reader = await home.connect()
      await reader.attach(session, { after: '0', trace: 'debug', reasoning })
      await reader.event('message.committed')
      const said = { type: 'text', text: 'Said' }
      expect(reader.events().filter(({ type }) => type === 'step.finished')).toMatchObject([
        { output: { parts: reasoning ? parts : [said] } },
        { output: '"type":"reasoning"' },
      ])
    }
  })

  test('[A16] the view of a reader without reasoning is the same live and in a snapshot', async () => {
    const { home, first, session, run } = await speaking()
    run.speak(1, 'r', 'chunk.reasoning')('only thought')
    await first.event('chunk.reasoning')
    const viewed = await home.connect()
    await viewed.attach(session, { reasoning: false })
    const snapshot = (await viewed.next('snapshot')) as unknown as { view: { turns: { messages: unknown[] }[] } }
    // The person's own message, and nothing of the step that has only thought.
    expect(snapshot.view.turns[0]!.messages).toHaveLength(1)
  })

  test('[A16] the trace of a reader who is spared the spans between is the same live and in a snapshot', async () => {
    const { home, first, session, run } = await speaking()
    const live = await home.connect()
    await live.attach(session, { after: '0' })
    run.span('a', 'milestone')
    run.span('b', 'step', { parent: 'a' })
    run.span('c', 'milestone', { parent: 'b' })
    run.span('aa', 'milestone')
    await live.until(() => live.told().at(-1) === 'trace.span 8')
    await first.event('trace.span')
    const viewed = await home.connect()
    await viewed.attach(session)
    const { view } = (await viewed.next('snapshot')) as unknown as { view: SessionView }
    expect(view).toEqual(live.events().reduce<SessionView>(fold, emptyView()))
  })

  test('[A12] what the principal may not see is not sent, whatever it asks for', async () => {
    const verifiers = [
      {
        name: 'guest',
        verify: async () => ({ principal: 'guest', sees: { trace: 'step' as const, reasoning: false } }),
      },
    ]
    const home = await house({ verifiers, limits: { stubBytes: 2_000 } })
    const peer = await home.connect()
    const session = await peer.open(1, { trace: 'debug', reasoning: true })
    const run = await turnOn(home, peer)
    run.speak(1, 'r', 'chunk.reasoning')('secret')
    for (const level of LEVELS) run.span(`${level}-span`, level)
    run.thoughtfulMessage(1, 'secret', 'Said')
    run.thoughtfulMessage(2, `secret ${'x'.repeat(3_000)}`, 'Said at length')
    await peer.until(() => peer.told().at(-1)?.startsWith('message.committed 10') === true)
    const path = `/v1/sessions/${session}`
    const accept = { headers: { accept: 'application/json' } }
    const all = [
      peer.frames,
      (await home.fetch(`${path}/events?trace=debug&reasoning=true`, accept)).body,
      (await home.fetch(`${path}/view?trace=debug&reasoning=true`)).body,
      (await home.fetch(`${path}/events/9?trace=debug`)).body,
      (await home.fetch(`${path}/events/10?reasoning=true`)).body,
    ]
    expect(JSON.stringify(all)).not.toContain('secret')
    expect(JSON.stringify(all)).not.toContain('detail-span')
    expect(JSON.stringify(all)).toContain('step-span')
    expect(await home.fetch(`${path}/events/7?trace=debug`)).toMatchObject({ status: 404, body: { code: 'not_found' } })
  })

  test('[A13] a recorded step is sent with the finest trace only', async () => {
    const { home, first, session, run } = await speaking()
    run.commit({ type: 'step.finished', turn: 't3', step: 't3.1', name: 'load', output: { secret: 1 }, tookMs: 1 })
    run.message(2, 'Said')
    await first.event('step.finished')
    for (const trace of ['milestone', 'step', 'detail']) {
      const reader = await home.connect()
      await reader.attach(session, { after: '4', trace })
      await reader.event('message.committed')
      expect(reader.told(), trace).toEqual(['message.committed 6'])
    }
  })
})

describe('a commit over the stub bound', () => {
  test('[W8] goes out as a stub on every wire, and its href answers all of it, to whoever may read the session', async () => {
    const { home, first, session, run } = await speaking()
    const text = 'é'.repeat(40_000)
    run.message(1, text)
    run.message(2, 'x'.repeat(60_000))
    const stub = await first.event('message.committed')
    expect(stub).toMatchObject({ seq: 5, type: 'message.committed', turn: 't3', step: 't3.1', at: 1_000 })
    expect(stub).not.toHaveProperty('message')
    expect(stub.href).toBe(`/v1/sessions/${session}/events/5`)
    const whole = await home.fetch(stub.href as string)
    expect(whole.body).toMatchObject({ seq: 5, message: { parts: [{ text }] } })
    expect(stub.bytes).toBe(Buffer.byteLength(JSON.stringify(whole.body)))
    expect(await first.event('message.committed')).toMatchObject({ seq: 6, message: { parts: [{ type: 'text' }] } })

    const { ch: _, ...bare } = stub
    const accept = { headers: { accept: 'application/json' } }
    const page = await home.fetch(`/v1/sessions/${session}/events?after=4`, accept)
    expect((page.body.events as unknown[])[0]).toEqual(bare)
    const late = await home.connect()
    await late.attach(session, { after: '4' })
    expect(await late.event('message.committed')).toEqual(stub)
    expect(await home.fetch(`/v1/sessions/${session}/events/99`)).toMatchObject({ status: 404 })
    expect(await home.fetch(`/v1/sessions/${session}/events/x`)).toMatchObject({ status: 404 })
    expect(await home.fetch(`/v1/sessions/other/events/5`)).toMatchObject({ body: { code: 'session_not_found' } })
  })

  test('[W8] an input of a client is stubbed too, and a view holds all of it', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const text = 'word '.repeat(20_000)
    await peer.ask({ type: 'input', ch: 1, text })
    const stub = await peer.event('input.accepted')
    expect(stub).toMatchObject({ seq: 2, href: `/v1/sessions/${session}/events/2` })
    expect(JSON.stringify(stub).length).toBeLessThan(1_000)
    const { body } = await home.fetch(`/v1/sessions/${session}/view`)
    expect(JSON.stringify(body)).toContain(text)
  })
})
