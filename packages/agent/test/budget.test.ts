import { expect, test } from 'vitest'
import { type AgentOptions, defineAgent } from '../src/define-agent.ts'
import { calls, ends, says, scripted, stalls, testAgent, testClock } from '../src/testing/index.ts'
import { add } from './thinker.ts'

const PRICES = { 'scripted:test': { inputPerMillion: 2, outputPerMillion: 10 } }
const adder = (options: Partial<AgentOptions>) =>
  defineAgent({ name: 'a', model: 'anthropic:none', tools: { add }, ...options })
const adds = (n = 1) => [
  ...Array.from({ length: n }, () => calls('add', { a: 1, b: 1 })),
  ends('tool-calls', { input: 90, output: 10 }),
]

test('[G50] a turn that used the tokens it may use makes no further model call', async () => {
  const model = scripted([adds(), adds(), 'never'])
  const run = await testAgent(adder({ budget: { turn: { tokens: 200 } } }), { model })
  expect(run.error).toMatchObject({ code: 'budget_exceeded', message: 'the turn has used 200 of 200 tokens' })
  expect(model.calls).toHaveLength(2)
  expect(run.usage).toEqual({ inputTokens: 180, outputTokens: 20 })
})

test('[G50] what the session used before counts for the bound of the session', async () => {
  const budget = { session: { tokens: 1_000, toolCalls: 5 } }
  const spent = await testAgent(adder({ budget }), { model: scripted(['never']), used: { inputTokens: 1_000 } })
  expect(spent.error?.message).toBe('the session has used 1,000 of 1,000 tokens')
  const busy = await testAgent(adder({ budget }), { model: scripted([adds(2)]), used: { toolCalls: 4 } })
  expect(busy.error?.message).toBe('the session has used 4 of 5 tool calls')
  expect(busy.of('tool.started')).toEqual([])
})

test('[G50] a batch of tool calls that is more than may be made is not begun', async () => {
  const budget = { turn: { toolCalls: 3 } }
  const within = await testAgent(adder({ budget }), { model: scripted([adds(3), 'done']) })
  expect(within).toMatchObject({ outcome: 'completed', text: 'done' })
  const over = await testAgent(adder({ budget }), { model: scripted([adds(2), adds(2), 'never']) })
  expect(over.error?.message).toBe('the turn has used 2 of 3 tool calls')
  expect(over.of('tool.started')).toHaveLength(2)
})

test('[G50] calls that the agent’s own code makes count, and those of a run that was cut count once', async () => {
  const agent = adder({
    tools: { add: { ...add, idempotent: true } },
    budget: { turn: { toolCalls: 3 } },
    run: async (turn) => {
      await turn.step('think', async () => (await turn.generate()).text)
      await turn.tool('add', { a: 1, b: 1 })
      await turn.tool('add', { a: 2, b: 2 })
    },
  })
  const play = (crashAt: { commit: number }[]) => testAgent(agent, { model: scripted([adds(2), 'two']), crashAt })
  const whole = await play([])
  expect(whole.error?.message).toBe('the turn has used 3 of 3 tool calls')
  for (let commit = 1; commit <= whole.appends; commit++) {
    expect((await play([{ commit }])).error?.message).toBe('the turn has used 3 of 3 tool calls')
  }
})

test('[G50] working time is bounded, and waits for people and for times are no work', async () => {
  const clock = testClock()
  const slow = { ...add, execute: () => clock.advance(4_000).then(() => 2) }
  const agent = adder({
    tools: { add: slow },
    budget: { turn: { wallMs: 10_000 } },
    run: async (turn) => {
      await turn.sleep('3d')
      await turn.generate()
    },
  })
  const run = await testAgent(agent, { clock, model: scripted([adds(), adds(), adds(), 'never']) })
  expect(run.error?.message).toBe('the turn has used 12 s of 10 s of working time')
  expect(run.calls).toHaveLength(3)
})

test('[G50] a model call that runs past the working time is stopped where it is, and what it said withdrawn', async () => {
  const clock = testClock()
  const agent = adder({ budget: { turn: { wallMs: 10_000 } }, stallMs: 60_000 })
  const run = await testAgent(agent, { clock, model: scripted([[says('Let me', ' think'), stalls()]]) })
  expect(run.error).toMatchObject({
    code: 'budget_exceeded',
    message: 'the turn has used 10 s of 10 s of working time',
  })
  expect(run.of('step.rolledback')).toHaveLength(1)
  expect(run.of('message.committed')).toEqual([])
  const patient = adder({ budget: { turn: { wallMs: 10_000 }, onExceeded: 'ask' }, stallMs: 20_000 })
  const model = scripted([[says('Still'), stalls()], 'done'])
  const asked = await testAgent(patient, { clock: testClock(), model, answers: () => ({ approved: true }) })
  expect(asked).toMatchObject({ outcome: 'completed', text: 'done' })
})

test('[G51] where prices are given usage says what it cost, and a bound of money holds', async () => {
  const agent = adder({ prices: PRICES, budget: { turn: { cost: 0.0005 } } })
  const run = await testAgent(agent, { model: scripted([adds(), adds(), 'never']) })
  expect(run.of('message.committed')[0]!.usage!.cost).toBeCloseTo(0.00028)
  expect(run.usage!.cost).toBeCloseTo(0.00056)
  expect(run.error?.message).toBe('the turn has used 0.00056 of 0.0005 for its model calls')
})

test('[G51] a bound of money that cannot be held fails the turn, or the agent when it is defined', async () => {
  const agent = adder({ prices: { other: PRICES['scripted:test'] }, budget: { turn: { cost: 1 } } })
  const run = await testAgent(agent, { model: scripted(['never']) })
  expect(run.error?.message).toBe('the agent bounds what it costs, but its prices do not name scripted:test')
  expect(() => adder({ budget: { turn: { cost: 1 } } })).toThrow('budget.turn.cost needs prices')
  expect(() => adder({ budget: { session: { tokens: -1 } } })).toThrow('budget.session.tokens is -1, which is no bound')
  expect(() => adder({ budget: { turn: { minutes: 1 } as never } })).toThrow('budget.turn.minutes is no bound')
})

const asking = adder({
  tools: { add: { ...add, idempotent: true } },
  budget: { turn: { tokens: 100 }, onExceeded: 'ask' },
})

test('[G52] a budget that runs out asks a person for as much again, each time', async () => {
  const model = scripted([adds(), adds(), 'done'])
  const run = await testAgent(asking, { model, answers: () => ({ approved: true }) })
  expect(run).toMatchObject({ outcome: 'completed', text: 'done' })
  expect(run.requests.map(({ message }) => message)).toEqual([
    'The turn has used 100 of 100 tokens. May it use as much again?',
    'The turn has used 200 of 200 tokens. May it use as much again?',
  ])
})

test('[G52] a person may grant another amount, or none, which fails the turn', async () => {
  const answers = [{ approved: true, editedInput: { more: 1_000 } }]
  const more = await testAgent(asking, { model: scripted([adds(), adds(), adds(), 'done']), answers })
  expect(more).toMatchObject({ outcome: 'completed', text: 'done' })
  const none = await testAgent(asking, { model: scripted([adds(), 'never']), answers: [{ approved: false }] })
  expect(none.error).toMatchObject({
    code: 'budget_exceeded',
    message: 'the turn has used 100 of 100 tokens, and a person did not grant more',
  })
})

test('[G52] what was granted is not asked for again by a run that goes on after a crash, wherever that comes', async () => {
  const play = (crashAt: { commit: number; when: 'before' | 'in' | 'after' }[], parks = false) =>
    testAgent(asking, {
      model: scripted([adds(), adds(), 'done']),
      answers: () => ({ approved: true }),
      crashAt,
      parks,
    })
  const whole = await play([])
  for (let commit = 1; commit <= whole.appends; commit++) {
    for (const when of ['before', 'in', 'after'] as const) {
      const run = await play([{ commit, when }])
      expect([commit, when, run.outcome, run.requests.length, run.calls.length]).toEqual([
        commit,
        when,
        'completed',
        2,
        2,
      ])
    }
  }
  expect(await play([], true)).toMatchObject({ outcome: 'completed', attempts: 1, text: 'done' })
})
