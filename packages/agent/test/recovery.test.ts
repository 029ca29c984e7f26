import type { Answer } from '@longwire/protocol'
import { MockLanguageModelV4 } from 'ai/test'
import { expect, test } from 'vitest'
import { z } from 'zod'
import type { TurnEnd } from '../src/boundary/messages.ts'
import { type Agent, defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { tool } from '../src/tool.ts'
import type { Turn } from '../src/turn/turn.ts'
import { Ledger, type LedgerOptions } from './ledger.ts'
import { calls, done, says, scriptedModel } from './scripted-model.ts'

/** Plays a turn whose code is `before` until it is cut after `cut` writes, and `after` from then on. */
async function changed(before: (turn: Turn) => unknown, after: (turn: Turn) => unknown, cut: number) {
  const host = async (run: (turn: Turn) => unknown) =>
    InProcessHost.open([defineAgent({ name: 'a', run: async (turn) => void (await run(turn)) })])
  const first = new Ledger(await host(before), 'a')
  expect(await first.start([cut]).end).toBe('cut')
  const second = new Ledger(await host(after), 'a')
  second.log.push(...first.log)
  return { end: await second.start().end, ledger: second }
}

const two = async (turn: Turn) => {
  await turn.step('load', () => 1)
  await turn.step('count', () => 2)
}

test.each([
  ['has another name', (turn: Turn) => turn.step('fetch', () => 1), 'step t1.1 was step «load»', 'step «fetch»'],
  ['is of another kind', (turn: Turn) => turn.sleep(1), 'step t1.1 was step «load»', 'a sleep'],
  ['is taken no more', () => {}, 'step t1.1 was step «load»', 'not taken any more'],
  [
    'is a model call now',
    (turn: Turn) => turn.generate({ model: scriptedModel([...says('x'), done()]) }),
    'step t1.1 was step «load»',
    'a model call',
  ],
  ['was text', (turn: Turn) => turn.text('hello'), 'step t1.1 was step «load»', 'a message'],
])('[G36] a step that %s fails the turn with turn_changed, and the step is named', async (_, after, was, is) => {
  const { end } = await changed(two, after, 2)
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'turn_changed', retryable: false } })
  const { message } = (end as Extract<TurnEnd, { outcome: 'failed' }>).error
  expect(message).toContain(was)
  expect(message).toContain(is)
})

test('[G36] code that swallows the error of a changed step does not go on, and what was added at the end does', async () => {
  const swallowed = await changed(
    two,
    async (turn) => {
      await turn.step('fetch', () => 1).catch(() => {})
      await turn.step('more', () => 2).catch(() => {})
    },
    1,
  )
  expect(swallowed.end).toMatchObject({ outcome: 'failed', error: { code: 'turn_changed' } })
  expect(swallowed.ledger.of('step.finished')).toHaveLength(1)
  const longer = await changed(
    two,
    async (turn) => {
      await two(turn)
      await turn.step('more', () => 3)
    },
    2,
  )
  expect(longer.end).toMatchObject({ outcome: 'completed' })
  expect(longer.ledger.of('step.finished').map(({ name }) => name)).toEqual(['load', 'count', 'more'])
})

test('[G35] of steps that race, the one that won wins again when the turn is run again', async () => {
  const winners: unknown[] = []
  const racing = async (turn: Turn) => {
    const slow = turn.step('slow', () => new Promise((resolve) => setTimeout(resolve, 20, 'slow')))
    const quick = turn.step('quick', () => 'quick')
    winners.push(await Promise.race([slow, quick]))
    await slow
    await turn.step('last', () => 1)
  }
  await changed(racing, racing, 2)
  expect(winners).toEqual(['quick', 'quick'])
})

test('[G35] a step that failed fails again from the log, with its code, and its work is not done again', async () => {
  let tries = 0
  const failing = async (turn: Turn) => {
    const why = await turn
      .step('load', () => {
        tries++
        throw Object.assign(new Error('no luck'), { code: 'budget_exceeded' })
      })
      .catch((error: { code: string; message: string }) => `${error.code}: ${error.message}`)
    await turn.step('tell', () => why)
  }
  const { end, ledger } = await changed(failing, failing, 1)
  expect(end).toMatchObject({ outcome: 'completed' })
  expect(tries).toBe(1)
  expect(ledger.of('step.finished').at(-1)).toMatchObject({ output: 'budget_exceeded: no luck' })
})

test('[G35] a failed model call fails again from the log, and one that said nothing is not made again', async () => {
  const asked: string[] = []
  const model = new MockLanguageModelV4({
    doStream: async ({ prompt }) => {
      const text = (prompt.at(-1)!.content as { text: string }[])[0]!.text
      asked.push(text)
      if (text === 'hello') throw new Error('no')
      return { stream: ReadableStream.from(text === 'a' ? [done()] : [...says('hi'), done()]) as never }
    },
  })
  const host = await InProcessHost.open([
    defineAgent({
      name: 'a',
      model,
      async run(turn) {
        const code = await turn.generate().catch((error: { code: string }) => error.code)
        const silent = await turn.generate({ prompt: 'a' })
        await turn.step('tell', () => ({ code, silent: silent.text, usage: silent.usage }))
        await turn.generate({ prompt: 'b' })
      },
    }),
  ])
  const ledger = new Ledger(host, 'a')
  const { end } = await ledger.play(3)
  expect(end).toMatchObject({ outcome: 'completed', usage: { inputTokens: 20 } })
  expect(asked).toEqual(['hello', 'a', 'b'])
  expect(ledger.of('step.finished').at(-1)!.output).toEqual({
    code: 'model_error',
    silent: '',
    usage: { inputTokens: 10, outputTokens: 5 },
  })
})

function ordering(executed: unknown[], options: { readonly idempotent?: boolean } = {}) {
  const order = tool({
    description: 'orders',
    inputSchema: z.object({ n: z.number() }),
    ...options,
    execute: async ({ n }, { call, trace }) => {
      executed.push(call)
      trace.note('begun')
      await new Promise((resolve) => setTimeout(resolve, 5))
      return { ordered: n }
    },
  })
  const model = scriptedModel([...calls('c1', 'order', { n: 3 }), done('tool-calls')], [...says('done'), done()])
  return defineAgent({ name: 'a', model, tools: { order } })
}

async function cutInTool(agent: Agent, options: LedgerOptions, ...cuts: number[]) {
  const ledger = new Ledger(await InProcessHost.open([agent]), 'a', options)
  return { ledger, ...(await ledger.play(...cuts)) }
}

const content = (content: object): Answer => ({ action: 'accept', content: content as never })

test.each<[string, Answer, number, object]>([
  ['again', content({ choice: 'again' }), 2, { outcome: 'ok', output: { ordered: 3 } }],
  ['skip', content({ choice: 'skip' }), 1, { outcome: 'cancelled', error: 'skipped by a person after a crash' }],
  ['result', content({ choice: 'result', result: { ordered: 9 } }), 1, { outcome: 'ok', output: { ordered: 9 } }],
  ['decline', { action: 'decline' }, 1, { outcome: 'cancelled' }],
])(
  '[G37] a tool that had started is not run again in silence: a person says «%s»',
  async (_, answer, times, result) => {
    const executed: unknown[] = []
    const { ledger, end } = await cutInTool(ordering(executed), { answers: () => answer }, 2)
    expect(end).toMatchObject({ outcome: 'completed' })
    expect(executed).toEqual(Array(times).fill('c1'))
    expect(ledger.of('control.requested')).toMatchObject([
      { request: 't1.2.q', kind: 'choice', call: 'c1', step: 't1.2', options: [{ value: 'again' }, {}, {}] },
    ])
    expect(ledger.of('tool.finished')).toMatchObject([{ call: 'c1', ...result }])
    expect(ledger.of('tool.started')).toHaveLength(1)
  },
)

test('[G37] one that was run again by leave and is cut again is asked about again, once for each cut', async () => {
  const executed: unknown[] = []
  const again = () => content({ choice: 'again' })
  // 1: message and start; 2: it has begun; 3: question; 4: answer; 5: that it runs again; 6: it has begun.
  const { ledger, end } = await cutInTool(ordering(executed), { answers: again }, 2, 4, 6)
  expect(end).toMatchObject({ outcome: 'completed' })
  expect(executed).toEqual(['c1', 'c1', 'c1'])
  expect(ledger.of('control.requested').map(({ request }) => request)).toEqual(['t1.2.q', 't1.2.q2'])
  expect(ledger.of('tool.finished')).toMatchObject([{ outcome: 'ok' }])
})

test('[G37] an idempotent tool runs again by itself, with the same call', async () => {
  const executed: unknown[] = []
  const { ledger, end } = await cutInTool(ordering(executed, { idempotent: true }), {}, 2)
  expect(end).toMatchObject({ outcome: 'completed' })
  expect(executed).toEqual(['c1', 'c1'])
  expect(ledger.of('tool.started')).toMatchObject([{ idempotent: true }])
  // What was traced in each run is a span of its own, and all of it stands below the one call.
  const spans = ledger.of('trace.span').filter(({ step }) => step === 't1.2')
  expect(spans.map(({ span, label, parent }) => [span, label, parent])).toEqual([
    ['t1.2.s2', 'begun', 't1.2.s1'],
    ['t1.2.s3', 'begun', 't1.2.s1'],
    ['t1.2.s1', 'order', undefined],
  ])
  expect(ledger.of('control.requested')).toEqual([])
})

test('[G35] ids of calls stay unique where a provider numbers them anew after the turn was run again', async () => {
  const executed: unknown[] = []
  const again = ordering(executed, { idempotent: true })
  const model = scriptedModel(
    [...calls('c1', 'order', { n: 1 }), done('tool-calls')],
    [...calls('c1', 'order', { n: 2 }), done('tool-calls')],
    [...says('done'), done()],
  )
  const { ledger } = await cutInTool(defineAgent({ ...again, model }), {}, 2)
  expect(ledger.of('tool.finished').map(({ call }) => call)).toEqual(['c1', 't1_3_1'])
})

test('[G34] a model gets the same conversation where what was said before stands in a step that answers from the log', async () => {
  const agent = (model: ReturnType<typeof scriptedModel>, sumsUp = true) =>
    defineAgent({
      ...ordering([], { idempotent: true }),
      budget: { turn: { toolCalls: 1 } },
      model,
      async run(turn) {
        await turn.step('research', async () => {
          await turn.generate()
        })
        await turn.sleep(0)
        if (sumsUp) await turn.generate({ prompt: 'sum up' })
      },
    })
  const first = [...calls('c1', 'order', { n: 1 }), done('tool-calls')]
  const second = [...says('found it'), done()]
  const last = [...says('in short'), done()]
  const whole = scriptedModel(first, second, last)
  const uncut = await cutInTool(agent(whole), {})
  const researched = uncut.ledger.log.findIndex(({ type, step }) => type === 'step.finished' && step === 't1.1')
  const rest = scriptedModel(last)
  const again = new Ledger(await InProcessHost.open([agent(rest)]), 'a')
  again.log.push(...uncut.ledger.log.slice(0, researched + 1))
  expect(await again.start().end).toEqual(uncut.end)
  expect(rest.doStreamCalls[0]!.prompt).toEqual(whole.doStreamCalls[2]!.prompt)
  expect(again.history).toEqual(uncut.ledger.history)
  const cutShort = scriptedModel([...says('it is'), done('length')])
  const brief = new Ledger(await InProcessHost.open([agent(cutShort, false)]), 'a')
  expect((await brief.play(1, 2, 3)).end).toMatchObject({ outcome: 'completed', finishReason: 'length' })
  const greedy = scriptedModel([...calls('c2', 'order', { n: 2 }), done('tool-calls')])
  const over = new Ledger(await InProcessHost.open([agent(greedy)]), 'a')
  over.log.push(...uncut.ledger.log.slice(0, researched + 1))
  expect(await over.start().end).toMatchObject({ error: { code: 'budget_exceeded' } })
})
