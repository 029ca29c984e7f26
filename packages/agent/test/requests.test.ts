import type { Answer } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { inputHash } from '../src/turn/input-hash.ts'
import type { Turn } from '../src/turn/turn.ts'
import { Ledger, type LedgerOptions } from './ledger.ts'
import { asked, play } from './recorder.ts'

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
  // The two sleeps may end a moment apart: then it waits once more in between.
  expect(waits).toEqual(waits.length === 2 ? [true, false] : [true, false, true, false])
  const worked = said.said_.findIndex((item) => item.type === 'commit' && item.commits[0]!.json.includes('"more"'))
  expect(said.said_.findIndex((item) => item.type === 'waiting')).toBeGreaterThan(worked)
})
