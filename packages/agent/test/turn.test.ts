import { LIMITS } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import type { Turn } from '../src/turn/turn.ts'
import { play, Recorder, stillClock, turnOf } from './recorder.ts'

const agent = (run: (turn: Turn) => Promise<void> | void) => defineAgent({ name: 'a', run })

test('[G5] a run that returns says one end, completed, and nothing after it', async () => {
  let later: Promise<unknown> | undefined
  const said = await play(
    agent((turn) => {
      later = new Promise((resolve) => setTimeout(() => resolve(tried(() => turn.text('too late'))), 5))
    }),
  )
  expect(said.end).toEqual({ outcome: 'completed', finishReason: 'stop' })
  expect(await later).toMatchObject({ name: 'AbortError' })
  expect(said.said_.map(({ type }) => type)).toEqual(['end'])
})

test('[G7] text and reasoning are one message with a part for each change, committed when the turn ends', async () => {
  const said = await play(
    agent(async (turn) => {
      await turn.reasoning('hm')
      await turn.text('Hel')
      await turn.text('lo')
      await turn.reasoning('so')
    }),
  )
  const [message] = said.of('message.committed')
  expect(message).toMatchObject({ turn: 't1', step: 't1.1' })
  expect(message!.message.parts).toEqual([
    { type: 'reasoning', text: 'hm' },
    { type: 'text', text: 'Hello' },
    { type: 'reasoning', text: 'so' },
  ])
  expect(said.drafts.map(({ head }) => [head.type, head.part])).toEqual([
    ['chunk.reasoning', '0'],
    ['chunk.text', '1'],
    ['chunk.reasoning', '2'],
  ])
})

test('[G8] each piece stays a draft of its own, and pieces cut anywhere join to the text', async () => {
  const pieces = ['Say "', '\ud83d', '\ude00', '\\n\n', 'ünïcode\u2028', '', '"']
  const said = await play(
    agent(async (turn) => {
      for (const piece of pieces) await turn.text(piece)
    }),
  )
  const joined = said.said_.map((item) => (item.type === 'add' ? item.escaped : '')).join('')
  expect(JSON.parse(`"${joined}"`)).toBe(pieces.join(''))
  expect(said.drafts[0]!.pieces).toHaveLength(6)
  expect(said.of('message.committed')[0]!.message.parts).toEqual([{ type: 'text', text: pieces.join('') }])
})

test('[G8] what is said in one tick comes in one message', async () => {
  const said = await play(
    agent((turn) => {
      for (let i = 0; i < 100; i++) void turn.text('x')
    }),
  )
  expect(said.batches).toHaveLength(1)
  expect(said.drafts[0]!.pieces).toHaveLength(100)
})

test('[G6] steps are numbered in the order in which they begin, those within a step by themselves', async () => {
  const named = agent(async (turn) => {
    await turn.text('first')
    await turn.step('outer', async () => {
      await Promise.all([turn.step('slow', () => pause(5)), turn.step('quick', () => 'q')])
    })
    await turn.step('last', () => null)
  })
  const [once, again] = [await play(named), await play(named)]
  const steps = once.of('step.finished').map(({ step, name }) => `${step} ${name}`)
  expect(steps).toEqual(['t1.2.2 quick', 't1.2.1 slow', 't1.2 outer', 't1.3 last'])
  expect(again.of('step.finished').map(({ step }) => step)).toEqual(once.of('step.finished').map(({ step }) => step))
})

test('[G7] a message is committed before the step that follows it, and what a step says is committed with it', async () => {
  const said = await play(
    agent(async (turn) => {
      await turn.text('before')
      await turn.step('load', async () => {
        await turn.text('inside')
        return [1, 2]
      })
      await turn.text('after')
    }),
  )
  expect(said.of('message.committed').map(({ step, message }) => [step, message.parts])).toEqual([
    ['t1.1', [{ type: 'text', text: 'before' }]],
    ['t1.2.1', [{ type: 'text', text: 'inside' }]],
    ['t1.3', [{ type: 'text', text: 'after' }]],
  ])
  expect(said.items).toContainEqual(['message.committed', 'trace.span', 'step.finished'])
  expect(said.of('step.finished')[0]).toMatchObject({ step: 't1.2', name: 'load', output: [1, 2] })
})

test('[G9] a step returns what its work returned once that is in the log', async () => {
  const events: string[] = []
  const host = await InProcessHost.open([
    agent(async (turn) => {
      await turn.step('load', () => 1)
      events.push('returned')
    }),
  ])
  const session = new Recorder(host, turnOf('a'), { stores: false })
  await session.until(({ items }) => items.length === 1)
  await pause(5)
  expect(events).toEqual([])
  session.run.stored(1)
  await session.ending
  expect(events).toEqual(['returned'])
})

test.each([
  ['a Date', () => ({ rows: [{ at: new Date() }] }), 'the result of step «load» at .rows[0].at is a Date'],
  ['NaN', () => [1, Number.NaN], 'the result of step «load» at [1] is NaN'],
  ['a bigint', () => ({ n: 1n }), 'the result of step «load» at .n is a bigint'],
  ['a map', () => new Map(), 'the result of step «load» is a Map'],
  ['a hole', () => [undefined], 'the result of step «load» at [0] is undefined'],
  ['a circle', circle, 'the result of step «load» at .me refers back to itself'],
])('[G9] %s as the result of a step is refused with bad_event, the step and the path', async (_, work, message) => {
  const said = await play(agent(async (turn) => void (await turn.step('load', work))))
  expect(said.end).toMatchObject({ outcome: 'failed', error: { code: 'bad_event', retryable: false } })
  expect(said.end).toMatchObject({ error: { message: expect.stringContaining(message) } })
  expect(said.of('step.finished').map(({ output, error }) => [output, error?.code])).toEqual([[undefined, 'bad_event']])
})

test('[G10] what a failed step said is withdrawn, and the turn goes on where the error is caught', async () => {
  const said = await play(
    agent(async (turn) => {
      const failing = turn.step('load', async () => {
        await turn.text('I have it')
        throw new Error('no')
      })
      await failing.catch(() => turn.text('It failed'))
    }),
  )
  expect(said.end.outcome).toBe('completed')
  expect(said.of('step.rolledback')).toMatchObject([{ step: 't1.1.1', reason: 'no' }])
  expect(said.of('trace.span')).toMatchObject([{ label: 'load', outcome: 'error' }])
  expect(said.of('message.committed')).toMatchObject([{ step: 't1.2' }])
})

test('[G11] a gigabyte said without awaiting ends the turn at the bound, even where every error is swallowed', async () => {
  const piece = 'x'.repeat(64 * 1024)
  let tries = 0
  const said = await play(
    agent(async (turn) => {
      for (; tries < 16_384; tries++) {
        try {
          void turn.text(piece)
        } catch {}
      }
    }),
  )
  expect(tries).toBe(16_384)
  expect(said.end).toMatchObject({ outcome: 'failed', error: { code: 'output_too_big' } })
  const bytes = said.drafts.flatMap(({ pieces }) => pieces).join('').length
  expect(bytes).toBeLessThanOrEqual(LIMITS.draftBytes)
})

test('[G11] steps recorded without end and without awaiting end the turn at a bound', async () => {
  const said = await play(
    agent(async (turn) => {
      for (let i = 0; i < 100_000; i++) turn.trace.note(`note ${i}`)
    }),
    { stores: false },
  )
  expect(said.end).toMatchObject({ outcome: 'failed', error: { code: 'output_too_big' } })
  expect(said.commits.length).toBeLessThanOrEqual(10_000)
})

test('[G12] a result over the size of a commit is refused with event_too_big', async () => {
  const big = 'x'.repeat(LIMITS.commitBytes)
  const said = await play(agent(async (turn) => void (await turn.step('load', () => big))))
  expect(said.end).toMatchObject({ error: { code: 'event_too_big', message: expect.stringContaining('t1.1') } })
})

test('[G13] a run that awaits is held without credit and goes on when there is some', async () => {
  let said = 0
  const host = await InProcessHost.open([
    agent(async (turn) => {
      for (; said < 100; said++) await turn.text('x'.repeat(10_000))
    }),
  ])
  const session = new Recorder(host, turnOf('a'), { takesDrafts: false })
  await session.until(({ drafts }) => drafts[0]?.pieces.length === 27)
  await pause(10)
  expect(said).toBe(26)
  session.run.credit(1_000_000)
  expect(await session.ending).toMatchObject({ outcome: 'completed' })
})

test('[G14] cancelling aborts the signal, frees what waits, and silences the run', async () => {
  const seen: unknown[] = []
  const host = await InProcessHost.open([
    agent(async (turn) => {
      turn.signal.addEventListener('abort', () => seen.push('aborted'))
      await turn.text('working')
      await turn
        .step('forever', () => new Promise((_, reject) => turn.signal.addEventListener('abort', reject)))
        .catch(() => {})
      seen.push(tried(() => turn.text('still here')))
    }),
  ])
  const session = new Recorder(host, turnOf('a'))
  await session.until(({ progress }) => progress.length === 1)
  const before = session.said_.length
  session.run.cancel('the person stopped it')
  await pause(10)
  expect(seen).toMatchObject([
    'aborted',
    { name: 'AbortError', message: expect.stringContaining('the person stopped it') },
  ])
  expect(session.said_).toHaveLength(before)
})

test('[G15] an agent that throws fails its turn with a message without stack or secrets', async () => {
  process.env.TEST_API_KEY = 'very-secret-value'
  const said = await play(
    agent(() => {
      throw new Error('GET https://ann:pass@host/x?api_key=abc with Bearer abcdefghijkl and very-secret-value failed')
    }),
  )
  delete process.env.TEST_API_KEY
  expect(said.end).toEqual({
    outcome: 'failed',
    error: {
      code: 'agent_error',
      message: 'GET https://[hidden]@host/x?api_key=[hidden] with Bearer [hidden] and [hidden] failed',
      retryable: false,
    },
  })
})

test('[G15] an error that carries a code of the failure table keeps it, and any other code is the agent’s own', async () => {
  const failing = (code: string) => play(agent(() => Promise.reject(Object.assign(new Error('no'), { code }))))
  expect((await failing('model_unavailable')).end).toMatchObject({
    error: { code: 'model_unavailable', retryable: true },
  })
  expect((await failing('ENOENT')).end).toMatchObject({ error: { code: 'agent_error' } })
  expect((await play(agent(() => Promise.reject(undefined)))).end).toMatchObject({ error: { code: 'agent_error' } })
})

test('[G17] a span is shown while it is open, moves within 0 and 1, and is committed once', async () => {
  const { clock } = stillClock()
  const said = await play(
    agent(async (turn) => {
      turn.trace.milestone('Halfway', { progress: 7 })
      await turn.trace.span('inner', { level: 'debug', kind: 'search', detail: { q: 1 } }, (trace) =>
        trace.note('seen'),
      )
    }),
    { host: { clock } },
  )
  expect(said.progress).toMatchObject([
    { span: 't1.s1', level: 'milestone', label: 'Halfway', fraction: 1 },
    { span: 't1.s2', level: 'debug', kind: 'search', label: 'inner', detail: { q: 1 } },
  ])
  expect(said.of('trace.span')).toMatchObject([
    { span: 't1.s3', parent: 't1.s2', label: 'seen', level: 'detail' },
    { span: 't1.s2', outcome: 'ok', startedAt: 1_000, tookMs: 0 },
    { span: 't1.s1', outcome: 'ok', fraction: 1 },
  ])
})

test('[G18] a milestone ends where the next begins, and where the step or turn around it ends', async () => {
  const said = await play(
    agent(async (turn) => {
      turn.trace.milestone('one')
      turn.trace.milestone('two')
      await turn.step('load', () => turn.trace.milestone('inside'))
      turn.trace.milestone('three')
      throw new Error('no')
    }),
  )
  expect(said.of('trace.span').map(({ label, outcome, parent }) => [label, outcome, parent])).toEqual([
    ['one', 'ok', undefined],
    ['inside', 'ok', 't1.1.s1'],
    ['load', 'ok', undefined],
    ['two', 'ok', undefined],
    ['three', 'error', undefined],
  ])
  expect(said.end.outcome).toBe('failed')
})

test('[G19] steps, notes and text inside a span or a step stand below it, also side by side', async () => {
  const said = await play(
    agent(async (turn) => {
      const noted = (name: string) =>
        turn.step(name, async () => {
          await pause(2)
          turn.trace.note(`in ${name}`)
        })
      await turn.trace.span('outer', {}, () => Promise.all([noted('a'), noted('b')]))
    }),
  )
  const spans = new Map(said.of('trace.span').map((span) => [span.label, span]))
  expect(spans.get('a')!.parent).toBe(spans.get('outer')!.span)
  expect(spans.get('in a')!.parent).toBe(spans.get('a')!.span)
  expect(spans.get('in b')).toMatchObject({ parent: spans.get('b')!.span, step: spans.get('b')!.step })
})

test('[G5] what a turn is given is what it was started with', async () => {
  let seen: Partial<Turn> = {}
  await play(
    agent((turn) => {
      seen = { ...turn }
    }),
    {
      start: {
        attempt: 2,
        metadata: { page: 'x' },
        inputs: [
          { input: 'i1', delivery: 'queue', text: 'one', by: 'ann' },
          { input: 'i2', delivery: 'queue', parts: [{ type: 'text', text: 'two' }], by: 'ann' },
        ],
      },
    },
  )
  expect(seen).toMatchObject({ id: 't1', session: 'ses_1', attempt: 2, principal: 'ann', metadata: { page: 'x' } })
  expect(seen.input!.text).toBe('one\n\ntwo')
})

function tried(speak: () => unknown): unknown {
  try {
    return speak()
  } catch (error) {
    return error
  }
}

function circle(): unknown {
  const me: { me?: unknown } = {}
  me.me = me
  return me
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms))
}
