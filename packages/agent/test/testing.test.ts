import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import {
  calls,
  ends,
  fails,
  says,
  scripted,
  stalls,
  type TestAgentOptions,
  type TestRun,
  testAgent,
  testClock,
  thinks,
} from '../src/testing/index.ts'
import { tool } from '../src/tool.ts'
import { add } from './thinker.ts'

const agent = defineAgent({ name: 'a', model: 'anthropic:none', tools: { add } })

test('[G65] a turn is played in the test: what was said, called and traced can be read from it', async () => {
  const model = scripted([[thinks('Let me ', 'see.'), says('I add.'), calls('add', { a: 1, b: 2 })], 'It is 3.'])
  const run = await testAgent(agent, { input: '1 + 2?', model })
  expect(run.outcome).toBe('completed')
  expect(run.texts).toEqual(['I add.', 'It is 3.'])
  expect(run.calls).toMatchObject([{ name: 'add', input: { a: 1, b: 2 }, outcome: 'ok', output: 3 }])
  expect(run.milestones).toEqual(['Adding 1 and 2'])
  expect(run.drafts[0]).toMatchObject({ head: { type: 'chunk.reasoning' }, pieces: ['Let me ', 'see.'] })
  expect(run.usage).toEqual({ inputTokens: 20, outputTokens: 10 })
  expect(run.log.map(({ type }) => type).slice(0, 4)).toEqual([
    'session.opened',
    'input.accepted',
    'turn.started',
    'input.applied',
  ])
  expect(run.log.map(({ seq }) => seq)).toEqual(run.log.map((_, i) => i + 1))
})

test('[G65] faults and stalls take no time but that of the test’s clock', async () => {
  const clock = testClock()
  const before = clock.now()
  const model = scripted([fails(503), [says('Hal'), stalls()], [says('Hello'), ends('length', { output: 2 })]])
  const run = await testAgent(agent, { model, clock })
  expect(run.of('step.rolledback').map(({ reason }) => reason)).toEqual([
    'the provider failed (HTTP 503)',
    'the model said nothing for 60 s',
  ])
  expect(run).toMatchObject({ outcome: 'completed', finishReason: 'length', text: 'Hello' })
  expect(clock.now() - before).toBe(500 + 60_000 + 1_000)
})

test('[G65] what steers joins at its step boundary, and the script sees what it was asked', async () => {
  const model = scripted(({ n, prompt }) => (n === 1 ? 'All of it.' : JSON.stringify(prompt.at(-1))))
  const run = await testAgent(agent, { model, steers: [['only Europe']] })
  expect(run.text).toContain('only Europe')
  expect(run.of('input.applied')).toMatchObject([{ input: 'i2' }, { step: 't3.2' }])
})

test('[G65] a person who stops the turn keeps what was said, and no call is left without a result', async () => {
  const slow = tool({
    description: 'never ends',
    inputSchema: z.object({}),
    execute: () => new Promise<never>(() => {}),
  })
  const own = defineAgent({ name: 'a', model: 'anthropic:none', tools: { slow } })
  const model = scripted([[says('One moment.'), calls('slow')]])
  const run = await testAgent(own, { model, cancelAt: 1 })
  expect(run).toMatchObject({ outcome: 'cancelled', text: 'One moment.' })
  expect(run.calls).toMatchObject([{ name: 'slow', outcome: 'cancelled' }])
})

test('[G70] a tool that is stopped says in a test how it ended, as it does on a server', async () => {
  const clock = testClock()
  const pay = tool({
    description: 'pays, and does not leave it half done',
    inputSchema: z.object({}),
    execute: async (_, { signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve))
      await clock.sleep(500)
      return 'paid'
    },
  })
  const own = defineAgent({ name: 'a', model: 'anthropic:none', tools: { pay, note } })
  const play = (toolGraceMs?: number) => {
    const model = scripted([[says('I pay.'), calls('pay'), calls('note', { text: 'paid' })]])
    return testAgent(own, { model, clock, cancelAt: 2, ...(toolGraceMs === undefined ? {} : { toolGraceMs }) })
  }
  const run = await play()
  expect(run).toMatchObject({ outcome: 'cancelled', text: 'I pay.' })
  expect(run.calls[0]).toMatchObject({ outcome: 'ok', output: 'paid' })
  const closing = ['tool.finished', 'turn.stopping', 'tool.finished', 'turn.ended']
  expect(run.log.map(({ type }) => type).filter((type) => closing.includes(type))).toEqual(closing)
  const [late] = (await play(100)).calls
  expect(late).toMatchObject({ outcome: 'cancelled', error: expect.stringContaining('100 ms') })
  expect((await play(0)).of('turn.stopping')).toEqual([])
})

const note = tool({
  description: 'notes',
  inputSchema: z.object({ text: z.string() }),
  execute: () => 'noted',
  idempotent: true,
})

/** A turn with all that a turn can wait for and be cut in. */
const busy = defineAgent({
  name: 'busy',
  model: 'anthropic:none',
  tools: { note },
  run: async (turn) => {
    await turn.text('I begin. ')
    await turn.step('load', () => ({ rows: 3 }))
    await turn.all([() => turn.step('left', () => 1), () => turn.sleep('2h'), () => turn.step('right', () => 2)])
    await turn.generate()
    const { approved } = await turn.request.approval({ message: 'Send it?', input: { to: 300 }, expiresIn: '3d' })
    await turn.background('index', async (task) => task.step('pages', () => 7))
    await turn.text(approved ? 'Sent.' : 'Not sent.')
  },
})
const script = () =>
  scripted([[says('Two notes.'), calls('note', { text: 'a' }), calls('note', { text: 'b' })], 'Noted.'])

test('[G66] a crash before, in and after each append, and parking at each wait, end as a turn that was never cut', async () => {
  const play = (options: Partial<TestAgentOptions>) =>
    testAgent(busy, { model: script(), answers: [{ approved: true }], ...options })
  const whole = await play({})
  expect(whole.texts).toEqual(['I begin. ', 'Two notes.', 'Noted.', 'Sent.'])
  expect(whole.of('task.finished')).toMatchObject([{ outcome: 'ok' }])
  for (let commit = 1; commit <= whole.appends; commit++) {
    for (const when of ['before', 'in', 'after'] as const) {
      const run = await play({ crashAt: { commit, when } })
      expect([commit, when, outlineOf(run)]).toEqual([commit, when, outlineOf(whole)])
    }
  }
  const parked = await play({ parks: true })
  expect(outlineOf(parked)).toEqual(outlineOf(whole))
  expect(parked.attempts).toBe(1)
})

function outlineOf(run: TestRun) {
  return {
    outcome: run.outcome,
    texts: run.texts,
    calls: run.calls.map(({ name, input, outcome }) => [name, input, outcome]),
    requests: run.requests.map(({ message, outcome }) => [message, outcome]),
    steps: run
      .of('step.finished')
      .map(({ step, name, output }) => [step, name, output])
      .sort(),
    tasks: run.of('task.finished').map(({ task, outcome }) => [task, outcome]),
  }
}

test('[G66] the log of one test can be cut anywhere and gone on from in another', async () => {
  const whole = await testAgent(busy, { model: script(), answers: [{ approved: true }] })
  const cut = whole.log.findIndex(({ type }) => type === 'control.requested') + 1
  const model = scripted([])
  const run = await testAgent(busy, { model, recorded: whole.log.slice(0, cut), answers: [{ approved: false }] })
  expect(run).toMatchObject({ outcome: 'completed', text: 'Not sent.', attempts: 2 })
  expect(model.calls).toEqual([])
})

test('[G66] a request that nobody answers expires by the clock, and one that would wait for ever ends the test', async () => {
  const clock = testClock()
  const before = clock.now()
  const run = await testAgent(busy, { model: script(), clock, answers: ['expires'] })
  expect(run.text).toBe('Not sent.')
  expect(clock.now() - before).toBe(2 * 3_600_000 + 3 * 86_400_000)
  const asks = defineAgent({
    name: 'a',
    run: async (turn) => void (await turn.request.approval({ message: 'May I?' })),
  })
  await expect(testAgent(asks)).rejects.toThrow('the test answers nothing to: May I?')
})
