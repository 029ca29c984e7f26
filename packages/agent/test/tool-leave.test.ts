import type { Answer } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { type ToolSet, tool } from '../src/tool.ts'
import { inputHash } from '../src/turn/input-hash.ts'
import { Ledger, type LedgerOptions } from './ledger.ts'
import { calls, done, promptOfCall, says, scriptedModel } from './scripted-model.ts'

const accept = (content: unknown): Answer => ({ action: 'accept', content: content as never })

const order = (more: object = {}) =>
  tool({
    title: 'Order',
    description: 'orders',
    inputSchema: z.object({ n: z.number().max(100) }),
    execute: ({ n }) => ({ ordered: n }),
    ...more,
  })

async function callOrder(
  options: {
    readonly tools?: ToolSet
    readonly agent?: object
    readonly input?: unknown
    readonly answers?: LedgerOptions['answers']
  },
  ...cuts: number[]
) {
  const { tools = { order: order() }, agent = {}, input = { n: 50 }, answers = () => undefined } = options
  const script = [
    [...calls('c1', 'order', input), done('tool-calls')],
    [...says('done'), done()],
  ] as const
  const model = scriptedModel(...script)
  const host = await InProcessHost.open([defineAgent({ name: 'a', model, tools, ...agent })])
  const ledger = new Ledger(host, 'a', { answers })
  const { end } = await ledger.play(...cuts)
  return { ledger, end, model, requested: ledger.of('control.requested'), finished: ledger.of('tool.finished') }
}

test('[G42] a tool that needs approval is asked for with its call and input, and starts when it is approved', async () => {
  const { ledger, requested, finished } = await callOrder({
    tools: { order: order({ needsApproval: true, approval: { expiresIn: '1h', to: 'boss' } }) },
    answers: () => ({ approved: true }),
  })
  expect(requested).toMatchObject([
    {
      kind: 'approval',
      call: 'c1',
      step: 't1.2',
      input: { n: 50 },
      hash: inputHash({ n: 50 }),
      message: 'May I use «Order»?',
      to: 'boss',
      onExpiry: 'deny',
    },
  ])
  expect(finished).toMatchObject([{ call: 'c1', outcome: 'ok', output: { ordered: 50 } }])
  const types = ledger.log.map(({ type }) => type).filter((type) => /tool|control/.test(type))
  expect(types).toEqual(['control.requested', 'control.settled', 'tool.started', 'tool.finished'])
})

test('[G42] an edited input is checked against the schema, is what starts, and what does not fit is asked again', async () => {
  const edits = [{ n: 1_000 }, { n: 7 }]
  const { ledger, requested, finished } = await callOrder({
    tools: { order: order({ needsApproval: true }) },
    answers: () => ({ approved: true, editedInput: edits.shift()! }),
  })
  expect(requested[1]!.message).toContain('the edited input does not fit: n: ')
  expect(ledger.of('tool.started')).toMatchObject([{ input: { n: 7 } }])
  expect(finished).toMatchObject([{ outcome: 'ok', output: { ordered: 7 } }])
})

test('[G42] a call that is denied has a result that says why, never starts, and goes back to the model', async () => {
  const { ledger, finished, model, end } = await callOrder({
    tools: { order: order({ needsApproval: true }) },
    answers: () => ({ approved: false, reason: 'too much' }),
  })
  expect(end).toMatchObject({ outcome: 'completed' })
  expect(finished).toMatchObject([{ call: 'c1', outcome: 'denied', error: 'too much' }])
  expect(ledger.of('tool.started')).toEqual([])
  expect(promptOfCall(model as never, 1).at(-1)).toMatchObject({
    content: [{ toolCallId: 'c1', output: { type: 'execution-denied', reason: 'too much' } }],
  })
})

test('[G42] whether a tool needs approval may hang on its input and on who it is for', async () => {
  const seen: unknown[] = []
  const needsApproval = ({ input, principal, tool, history }: { input: { n: number } } & Record<string, unknown>) => {
    seen.push([tool, principal, (history as unknown[]).length])
    return input.n > 10
  }
  const tools = { order: order({ needsApproval }) }
  const small = await callOrder({ tools, input: { n: 3 } })
  expect([small.requested, small.finished[0]!.outcome]).toEqual([[], 'ok'])
  const big = await callOrder({ tools, answers: () => ({ approved: false }) })
  expect(big.finished[0]).toMatchObject({ outcome: 'denied', error: 'a person did not approve it' })
  expect(seen).toEqual([
    ['order', 'ann', 2],
    ['order', 'ann', 2],
  ])
})

test.each<[string, () => unknown, object, number]>([
  ['allow', () => 'allow', { outcome: 'ok' }, 0],
  ['deny', () => 'deny', { outcome: 'denied', error: 'the agent may not do this' }, 0],
  ['deny with a reason', () => ({ verdict: 'deny', reason: 'no' }), { outcome: 'denied', error: 'no' }, 0],
  ['ask', () => 'ask', { outcome: 'ok' }, 1],
  ['nothing, which leaves it to the tool', () => undefined, { outcome: 'ok' }, 1],
  ['nonsense', () => 'maybe', { outcome: 'denied', error: expect.stringContaining('«maybe»') }, 0],
  [
    'an error',
    () => {
      throw new Error('oh')
    },
    { outcome: 'denied', error: expect.stringContaining('oh') },
    0,
  ],
])('[G43] a policy that says %s decides, whatever the tool says', async (_, policy, result, questions) => {
  const { finished, requested } = await callOrder({
    tools: { order: order({ needsApproval: true }) },
    agent: { policy },
    answers: () => ({ approved: true }),
  })
  expect(finished).toMatchObject([result])
  expect(requested).toHaveLength(questions)
})

const page = (more: object = {}) =>
  tool({
    description: 'reads the page',
    inputSchema: z.object({ n: z.number() }),
    outputSchema: z.object({ title: z.string() }),
    client: true,
    ...more,
  })

test.each<[string, Answer | 'expired', object]>([
  ['gives', accept({ title: 'T' }), { outcome: 'ok', output: { title: 'T' } }],
  ['gives what does not fit', accept({ title: 1 }), { outcome: 'error', error: expect.stringContaining('title') }],
  ['declines', { action: 'decline' }, { outcome: 'denied' }],
  ['cancels', { action: 'cancel' }, { outcome: 'cancelled' }],
  ['does not do in time', 'expired', { outcome: 'error', error: 'nobody ran it in time' }],
])(
  '[G44] a client-side tool is asked of whoever holds the session; what they %s is its result',
  async (_, answer, result) => {
    for (const cuts of [[], [1], [2], [3]]) {
      const { ledger, requested, finished } = await callOrder(
        { tools: { order: page({ timeout: 60_000 }) }, answers: () => answer },
        ...cuts,
      )
      expect(requested).toMatchObject([{ kind: 'client-tool', call: 'c1', input: { n: 50 }, request: 't1.2.q' }])
      expect(requested[0]!.expiresAt).toBeGreaterThan(0)
      expect(ledger.of('tool.started')).toHaveLength(1)
      expect(finished).toMatchObject([result])
    }
  },
)

test('[G22] output that does not fit its schema is a tool error', async () => {
  const { finished } = await callOrder({ tools: { order: order({ outputSchema: z.object({ ordered: z.string() }) }) } })
  expect(finished).toMatchObject([
    { outcome: 'error', error: expect.stringContaining('the output does not fit: ordered') },
  ])
})

test('[G45] the agent calls its own tools: approved, recorded, typed; what came to nothing is thrown', async () => {
  const own = order({ needsApproval: true })
  const answers: Answer[] = [{ approved: true }, { approved: false, reason: 'no' }]
  const agent = defineAgent({
    name: 'a',
    tools: { order: own },
    async run(turn) {
      const made: { ordered: number } = await turn.tool(own, { n: 2 })
      const denied = await turn.tool('order', { n: 3 }).catch((error: Error) => `${error.name}: ${error.message}`)
      const wrong = await turn.tool('order', { n: 'x' }).catch((error: Error) => error.message)
      const nobody = await turn.tool('nobody', {}).catch((error: Error) => error.message)
      await turn.step('tell', () => [made, denied, wrong, nobody])
    },
  })
  const ledger = new Ledger(await InProcessHost.open([agent]), 'a', { answers: () => answers.shift()! })
  expect((await ledger.play()).end).toMatchObject({ outcome: 'completed' })
  expect(ledger.of('step.finished')[0]!.output).toEqual([
    { ordered: 2 },
    'ToolCallFailed: no',
    expect.stringContaining('the input does not fit: n: '),
    expect.stringContaining('there is no tool «nobody»'),
  ])
})

test('[G23] every call has one result when the turn goes on, whatever became of each', async () => {
  const model = scriptedModel(
    [
      ...calls('c1', 'order', { n: 1 }),
      ...calls('c2', 'order', { n: 'x' }),
      ...calls('c3', 'nope', {}),
      ...calls('c4', 'page', { n: 1 }),
      ...calls('c5', 'order', { n: 5 }),
      done('tool-calls'),
    ],
    [...says('ok'), done()],
  )
  const tools = {
    order: order({ needsApproval: ({ input }: { input: { n: number } }) => input.n === 5 }),
    page: page(),
  }
  const host = await InProcessHost.open([defineAgent({ name: 'a', model, tools })])
  const ledger = new Ledger(host, 'a', {
    answers: ({ kind }) => (kind === 'approval' ? { approved: false } : { action: 'decline' }),
  })
  expect((await ledger.play()).end).toMatchObject({ outcome: 'completed' })
  const outcomes = Object.fromEntries(ledger.of('tool.finished').map(({ call, outcome }) => [call, outcome]))
  expect(outcomes).toEqual({ c1: 'ok', c2: 'error', c3: 'error', c4: 'denied', c5: 'denied' })
  expect(ledger.of('tool.finished')).toHaveLength(5)
})
