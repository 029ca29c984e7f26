import type { Answer } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { type ToolSet, tool } from '../src/tool.ts'
import { inputHash } from '../src/turn/input-hash.ts'
import type { Turn } from '../src/turn/turn.ts'
import { Ledger, type LedgerOptions } from './ledger.ts'
import { asked, play } from './recorder.ts'
import { calls, done, promptOfCall, says, scriptedModel } from './scripted-model.ts'

/** Runs a turn that is `run`, and gives what it returned. */
async function ask<T>(
  run: (turn: Turn) => Promise<T>,
  answers: LedgerOptions['answers'] = () => undefined,
  ...cuts: number[]
) {
  let result: T | undefined
  const agent = defineAgent({
    name: 'a',
    run: async (turn) => {
      result = await run(turn)
    },
  })
  const ledger = new Ledger(await InProcessHost.open([agent]), 'a', { answers })
  const { end } = await ledger.play(...cuts)
  return { result, end, ledger, requested: ledger.of('control.requested') }
}

const accept = (content: unknown): Answer => ({ action: 'accept', content: content as never })

test('[G38] an approval shows its input with a hash, and resolves with what the person said', async () => {
  const input = { to: 300, text: 'hi' }
  const { result, requested } = await ask(
    (turn) => turn.request.approval({ message: 'Send it?', input, expiresIn: '15m', to: 'editor' }),
    () => ({ approved: true, editedInput: { to: 2 }, reason: 'fewer' }),
  )
  expect(result).toEqual({ approved: true, editedInput: { to: 2 }, reason: 'fewer' })
  const { at, expiresAt, ...rest } = requested[0]!
  expect(rest).toMatchObject({
    step: 't1.1',
    request: 't1.1.q',
    kind: 'approval',
    message: 'Send it?',
    input,
    to: 'editor',
  })
  expect(rest.hash).toMatch(/^[\w-]{22}$/)
  expect(rest.hash).toBe(inputHash({ text: 'hi', to: 300 }))
  expect(Math.abs(expiresAt! - at - 900_000)).toBeLessThan(1_000)
  expect(rest.onExpiry).toBe('deny')
})

test('[G38] a form is shown as JSON Schema, and what does not fit is asked again', async () => {
  const schema = z.object({ region: z.enum(['eu', 'us']), year: z.number() })
  const contents = [
    { region: 'mars', year: 1 },
    { region: 'eu', year: 2026 },
  ]
  const { result, requested } = await ask(
    (turn) => turn.request.form({ message: 'Which?', schema }),
    () => accept(contents.shift()),
  )
  expect(result).toEqual({ action: 'accept', content: { region: 'eu', year: 2026 } })
  expect(requested.map(({ request }) => request)).toEqual(['t1.1.q', 't1.1.q2'])
  expect(requested[0]!.schema).toMatchObject({ type: 'object', properties: { region: { enum: ['eu', 'us'] } } })
  expect(requested[1]!.message).toMatch(/^Which\?\n\nthe content does not fit: region: /)
})

test('[G38] a form by JSON Schema, a choice and a client-side tool resolve with their content', async () => {
  const { result, requested, ledger } = await ask(
    async (turn) => [
      await turn.request.form({ message: 'Name?', schema: { type: 'object' } }),
      await turn.request.choice({ message: 'Which?', options: ['a', { value: 'b', label: 'Bee' }] }),
      await turn.request.clientTool({ name: 'read_page', input: { selector: 'h1' } }),
    ],
    ({ kind }) => accept(kind === 'form' ? { name: 'Ann' } : kind === 'choice' ? { choice: 'b' } : 'Title'),
  )
  expect(result).toEqual([accept({ name: 'Ann' }), accept('b'), accept('Title')])
  expect(requested.map(({ kind, options, call }) => [kind, options, call])).toEqual([
    ['form', undefined, undefined],
    [
      'choice',
      [
        { value: 'a', label: 'a' },
        { value: 'b', label: 'Bee' },
      ],
      undefined,
    ],
    ['client-tool', undefined, 't1_3_1'],
  ])
  expect(ledger.of('tool.started')).toMatchObject([{ name: 'read_page', input: { selector: 'h1' } }])
  expect(ledger.of('tool.finished')).toMatchObject([{ outcome: 'ok', output: 'Title' }])
})

test.each<[string, Answer, object]>([
  ['decline', { action: 'decline' }, { action: 'decline' }],
  ['cancel', { action: 'cancel' }, { action: 'cancel' }],
])('[G38] who answers %s gives no content', async (_, answer, result) => {
  const of = (run: (turn: Turn) => Promise<unknown>) => ask(run, () => answer)
  expect((await of((turn) => turn.request.form({ message: 'm', schema: {} }))).result).toEqual(result)
  expect((await of((turn) => turn.request.choice({ message: 'm', options: ['a'] }))).result).toEqual(result)
  expect((await of((turn) => turn.request.clientTool({ name: 'n', input: 1 }))).result).toEqual(result)
})

test('[G39] several requests that are open at once never cross, in whatever order they are answered', async () => {
  const names = ['a', 'b', 'c', 'd']
  const agent = defineAgent({
    name: 'a',
    async run(turn) {
      const answers = await Promise.all(
        names.map((name) => turn.request.approval({ message: name }).then(({ reason }) => `${name}=${reason}`)),
      )
      await turn.step('tell', () => answers)
    },
  })
  const ledger = new Ledger(await InProcessHost.open([agent]), 'a')
  const { run, end, said } = ledger.start()
  while (ledger.of('control.requested').length < 4) await new Promise(setImmediate)
  for (const { request, message } of [...ledger.of('control.requested')].reverse()) {
    run.settled(request, { outcome: 'answered', answer: { approved: true, reason: message } })
  }
  expect(await end).toMatchObject({ outcome: 'completed' })
  expect(ledger.of('step.finished')[0]!.output).toEqual(['a=a', 'b=b', 'c=c', 'd=d'])
  expect(said.filter(({ type }) => type === 'waiting')).toMatchObject([{ isWaiting: true }, { isWaiting: false }])
})

test.each([
  ['deny', { approved: false, reason: 'nobody answered in time' }],
  ['approve', { approved: true }],
] as const)('[G40] an approval that expires with onExpiry %s is answered so', async (onExpiry, result) => {
  const { result: got } = await ask(
    (turn) => turn.request.approval({ message: 'm', expiresIn: 10, onExpiry }),
    () => 'expired',
  )
  expect(got).toEqual(result)
})

test('[G40] with onExpiry fail the turn fails with request_expired, unless the author catches it', async () => {
  const { end } = await ask(
    (turn) => turn.request.choice({ message: 'Which?', options: ['a'], expiresIn: 10 }),
    () => 'expired',
  )
  expect(end).toMatchObject({
    outcome: 'failed',
    error: { code: 'request_expired', message: 'nobody answered in time: Which?', retryable: true },
  })
  const caught = await ask(
    (turn) =>
      turn.request
        .approval({ message: 'm', expiresIn: 10, onExpiry: 'fail' })
        .catch((error: { code: string }) => error.code),
    () => 'expired',
  )
  expect(caught).toMatchObject({ result: 'request_expired', end: { outcome: 'completed' } })
})

test('[G40] with onExpiry escalate another role is asked, also where the turn is cut in between', async () => {
  for (const cuts of [[], [1], [2], [3], [-3], [4]]) {
    const { result, requested } = await ask(
      (turn) =>
        turn.request.approval({ message: 'm', expiresIn: '1h', to: 'clerk', onExpiry: 'escalate', escalateTo: 'boss' }),
      ({ to }) => (to === 'boss' ? { approved: true, reason: 'fine' } : 'expired'),
      ...cuts,
    )
    expect(result).toEqual({ approved: true, reason: 'fine' })
    expect(requested.map(({ request, to, onExpiry }) => [request, to, onExpiry])).toEqual([
      ['t1.1.q', 'clerk', 'escalate'],
      ['t1.1.q2', 'boss', 'deny'],
    ])
  }
})

test('[G40] a request that could never escalate is refused where it is written', async () => {
  const { end } = await ask((turn) => turn.request.approval({ message: 'm', expiresIn: 1, onExpiry: 'escalate' }))
  expect(end).toMatchObject({ error: { code: 'agent_error', message: expect.stringContaining('escalateTo') } })
  const bad = await ask((turn) => turn.request.approval({ message: 'm', expiresIn: 'soon' }))
  expect(bad.end).toMatchObject({ error: { message: expect.stringContaining('"soon" is no duration') } })
})

test('[G41] an approval of one input is none of another that the code shows after the turn is run again', async () => {
  let n = 0
  const { result, requested } = await ask(
    (turn) => turn.request.approval({ message: 'm', input: { n: n++ } }),
    ({ input }) => ({ approved: true, reason: JSON.stringify(input) }),
    2,
  )
  expect(requested.map(({ request, input }) => [request, input])).toEqual([
    ['t1.1.q', { n: 0 }],
    ['t1.1.q2', { n: 1 }],
  ])
  expect(result).toMatchObject({ reason: '{"n":1}' })
})

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

test('[G46] a run says that it waits when all it does is wait, and not while anything is at work', async () => {
  const said = await play(
    defineAgent({
      name: 'a',
      async run(turn) {
        await turn.step('work', () => new Promise<void>((resolve) => setTimeout(resolve, 5)))
        const working = turn.step('more', () => new Promise<void>((resolve) => setTimeout(resolve, 30)))
        await turn.sleep(5)
        await working
        await turn.all([() => turn.sleep(20), () => turn.step('waiting inside', () => turn.sleep(20))])
      },
    }),
    { start: { inputs: [asked('x')] } },
  )
  expect(said.end).toMatchObject({ outcome: 'completed' })
  const waits = said.said_.flatMap((item) => (item.type === 'waiting' ? [item.isWaiting] : []))
  expect(waits).toEqual([true, false])
})
