import { setTimeout as delay } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { agentTool } from '../src/agent-tool.ts'
import type { TurnStart } from '../src/boundary/messages.ts'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { tool } from '../src/tool.ts'
import type { Task, Turn } from '../src/turn/turn.ts'
import { Ledger } from './ledger.ts'
import { play } from './recorder.ts'
import { calls, done, promptOfCall, says, scriptedModel } from './scripted-model.ts'

/** A turn that begins one task, then the task as its session would start it: in this worker, or after a crash in a new one. */
async function withTask(run: (turn: Turn) => Promise<unknown>, crashed: boolean, task = 't1.b1') {
  const open = () => InProcessHost.open([defineAgent({ name: 'a', run: async (turn) => void (await run(turn)) })])
  const host = await open()
  const ledger = new Ledger(host, 'a')
  const { end: turnEnd } = await ledger.play()
  const later = crashed ? new Ledger(await open(), 'a') : ledger
  if (crashed) later.log.push(...ledger.log)
  const { end, said } = later.start([], { task })
  return { turnEnd, end: await end, said, ledger: later }
}

const backTest = async (turn: Turn, work: (task: Task) => unknown, options = {}) => {
  const year = await turn.step('pick', () => 2026)
  await turn.background(`back-test ${year}`, async (task) => work(task), options)
  await turn.text('I have begun.')
}

const planWith = (execute: () => unknown) =>
  tool({ description: 'p', inputSchema: z.object({}), execute: execute as never })

test.each([
  ['in the worker that began it', false],
  ['in another worker, which first finds it again', true],
])('[G47] a background task runs as a run of its own, %s', async (_, crashed) => {
  let picks = 0
  const { turnEnd, end, said, ledger } = await withTask(async (turn) => {
    const year = await turn.step('pick', () => 2026 + picks++)
    const id = await turn.background('back-test', async (task) => {
      task.progress(0.5, 'half')
      task.trace.milestone('Reading prices')
      const a = await task.step('first', () => year)
      await task.sleep(1)
      return { id: task.id, a, for: task.principal, in: task.session }
    })
    await turn.text(`begun ${id}`)
  }, crashed)
  expect(picks).toBe(1)
  expect(turnEnd).toEqual({ outcome: 'completed', finishReason: 'stop' })
  expect(end).toEqual({
    outcome: 'completed',
    finishReason: 'stop',
    speak: true,
    result: { id: 't1.b1', a: 2026, for: 'ann', in: 'ses_1' },
  })
  expect(ledger.of('task.started')).toMatchObject([{ task: 't1.b1', label: 'back-test', turn: 't1' }])
  expect(ledger.of('step.finished').map(({ step, name }) => [step, name])).toEqual([
    ['t1.1', 'pick'],
    ['t1.b1.1', 'first'],
    ['t1.b1.2', 'sleep'],
  ])
  expect(said.filter(({ type }) => type === 'progress')).toContainEqual(
    expect.objectContaining({ key: 't1.b1', event: 'task.progress', json: expect.stringContaining('"fraction":0.5') }),
  )
  expect(ledger.of('trace.span').map(({ span, label }) => [span, label])).toContainEqual(['t1.b1.s1', 'Reading prices'])
  expect(ledger.of('message.committed')).toHaveLength(1)
})

test('[G47] a task that is cut goes on after its last step', async () => {
  const ran: string[] = []
  const agent = defineAgent({
    name: 'a',
    run: (turn) =>
      backTest(
        turn,
        async ({ step }) => {
          await step('one', () => void ran.push('one'))
          await step('two', () => void ran.push('two'))
          return 'done'
        },
        { speak: false },
      ),
  })
  const ledger = new Ledger(await InProcessHost.open([agent]), 'a')
  await ledger.play()
  expect(await ledger.start([ledger.writes + 1], { task: 't1.b1' }).end).toBe('cut')
  expect(await ledger.start([], { task: 't1.b1' }).end).toMatchObject({ result: 'done', speak: false })
  expect(ran).toEqual(['one', 'two'])
})

test('[G47] a task that a turn began after its model was done is found again in another worker', async () => {
  const script = [
    [...calls('c1', 'plan', {}), done('tool-calls')],
    [...says('It runs.'), done()],
  ]
  const plan = tool({ description: 'p', inputSchema: z.object({}), execute: () => ({ fast: 50 }) })
  const run = async (turn: Turn) => {
    const { results } = await turn.generate()
    await turn.background('back-test', () => results[0]!.output)
  }
  const agent = () => defineAgent({ name: 'a', model: scriptedModel(...script), tools: { plan }, run })
  const first = new Ledger(await InProcessHost.open([agent()]), 'a')
  await first.play()
  const second = new Ledger(await InProcessHost.open([agent()]), 'a')
  second.log.push(...first.log)
  expect(await second.start([], { task: 't1.b1' }).end).toMatchObject({ outcome: 'completed', result: { fast: 50 } })
})

test('[G47] nothing new is done where the code of the turn is followed to where it began a task', async () => {
  const did: string[] = []
  const run = async (turn: Turn) => {
    const open = [
      turn.step('beside', () => {
        did.push('beside')
        return new Promise(() => {})
      }),
      turn.request.approval({ message: 'm' }),
      turn.tool('look', {}),
      turn.all([() => void did.push('branch'), () => turn.sleep('1h')]),
    ]
    await turn.background('later', () => 'done')
    await Promise.all(open)
  }
  const look = tool({
    description: 'l',
    inputSchema: z.object({}),
    execute: () => new Promise<null>(() => did.push('look')),
  })
  const agent = defineAgent({ name: 'a', tools: { look }, run })
  const first = new Ledger(await InProcessHost.open([agent]), 'a')
  first.start()
  while (first.of('task.started').length === 0 || !did.includes('look')) await new Promise(setImmediate)
  const second = new Ledger(await InProcessHost.open([agent]), 'a')
  second.log.push(...first.log)
  did.length = 0
  const task = second.start([], { task: 't1.b1' })
  expect(await task.end).toMatchObject({ outcome: 'completed', result: 'done' })
  expect(did.filter((each) => each !== 'branch')).toEqual([])
  expect(task.said.map(({ type }) => type)).toEqual(['end'])
})

test('[G47] a task that throws fails, and one that returns what is not JSON', async () => {
  const thrown = await withTask((turn) => backTest(turn, () => Promise.reject(new Error('no data'))), false)
  expect(thrown.end).toMatchObject({
    outcome: 'failed',
    speak: true,
    error: { code: 'agent_error', message: 'no data' },
  })
  const odd = await withTask((turn) => backTest(turn, () => new Date()), false)
  expect(odd.end).toMatchObject({ outcome: 'failed', error: { message: expect.stringContaining('a Date') } })
})

test('[G36] a task whose turn does not come to it any more fails with turn_changed', async () => {
  const before = defineAgent({ name: 'a', run: (turn) => backTest(turn, () => 1) })
  const first = new Ledger(await InProcessHost.open([before]), 'a')
  await first.play()
  const changed: ((turn: Turn) => Promise<unknown>)[] = [
    async () => {},
    (turn) => turn.step('other', () => 1),
    async (turn) => {
      await turn.step('pick', () => 1)
      await turn.background('another', () => 1)
    },
  ]
  for (const run of changed) {
    const after = defineAgent({ name: 'a', run: async (turn) => void (await run(turn)) })
    const second = new Ledger(await InProcessHost.open([after]), 'a')
    second.log.push(...first.log)
    const { end, said } = second.start([], { task: 't1.b1' })
    expect(await end).toMatchObject({ outcome: 'failed', error: { code: 'turn_changed' } })
    expect(said.map(({ type }) => type)).toEqual(['end'])
  }
})

test.each<[string, (turn: Turn, begin: () => Promise<string>) => Promise<unknown>, string]>([
  ['a step', (turn, begin) => turn.step('pick', begin), 'step «pick»'],
  ['a step in a branch', (turn, begin) => turn.all([() => turn.step('pick', begin)]), 'step «pick»'],
  ['a branch in a step', (turn, begin) => turn.step('pick', () => turn.all([begin])), 'step «pick»'],
  ['a timer of a step', (turn, begin) => turn.step('pick', () => delay(1).then(begin)), 'step «pick»'],
  ['a tool', (turn, begin) => turn.generate({ tools: { plan: planWith(begin) } }), 'tool «plan»'],
  [
    'a look whether a tool needs leave',
    (turn, begin) => turn.generate({ tools: { plan: { ...planWith(() => 'x'), needsApproval: begin } as never } }),
    'turn.generate()',
  ],
])(
  '[G71] a task that is begun in %s ends the turn with a code, whatever becomes of the error',
  async (_, where, inside) => {
    const told: unknown[] = []
    const model = scriptedModel([...calls('c1', 'plan', {}), done('tool-calls')], [...says('It runs.'), done()])
    const agent = defineAgent({
      name: 'a',
      model,
      async run(turn) {
        const begin = () => turn.background('back-test', () => 1)
        await where(turn, begin).catch(() => {})
        await turn.text('I have begun.')
      },
    })
    const report = (_: string, thrown: unknown) => told.push(thrown)
    const ledger = new Ledger(await InProcessHost.open([agent], { report }), 'a')
    const { end } = await ledger.play()
    expect(end).toMatchObject({
      outcome: 'failed',
      error: {
        code: 'background_misplaced',
        message: expect.stringContaining(`turn.background('back-test') was called in ${inside}.`),
      },
    })
    expect(told).toMatchObject([{ code: 'background_misplaced' }])
    expect(ledger.of('task.started')).toEqual([])
  },
)

test('[G71] a task that is begun in another one is refused, and that one fails', async () => {
  const { end, ledger } = await withTask(async (turn) => {
    await turn.background('outer', () => turn.background('inner', () => 1))
  }, false)
  expect(end).toMatchObject({ outcome: 'failed', error: { code: 'background_misplaced' } })
  expect(ledger.of('task.started')).toMatchObject([{ task: 't1.b1' }])
})

test('[G71] a task may be begun by what goes on from a step, a tool or a model call', async () => {
  const model = scriptedModel([...calls('c1', 'plan', {}), done('tool-calls')], [...says('It runs.'), done()])
  const run = async (turn: Turn) => {
    await turn.step('pick', () => 1).then(() => turn.background('one', () => 1))
    await turn.all([() => turn.background('two', () => 2)])
    await turn.trace.span('look', {}, () => turn.background('three', () => 3))
    await turn.generate({ tools: { plan: planWith(() => 'x') } })
    await turn.background('four', () => 4)
  }
  const ledger = new Ledger(await InProcessHost.open([defineAgent({ name: 'a', model, run })]), 'a')
  expect((await ledger.play()).end).toMatchObject({ outcome: 'completed' })
  expect(ledger.of('task.started').map(({ label }) => label)).toEqual(['one', 'two', 'three', 'four'])
})

test('[G48] schedules are set once, however often the turn is run again, and cancelled', async () => {
  const agent = defineAgent({
    name: 'a',
    async run(turn) {
      const at = await turn.schedule.at(new Date(5_000), { label: 'once', input: { n: 1 } })
      const every = await turn.schedule.every('1d', { label: 'daily' })
      await turn.schedule.cancel(at)
      await turn.step('tell', () => [at, every])
    },
  })
  for (const cuts of [[], [1], [2], [3], [1, 2, 3, 4], [-2], [-3]]) {
    const ledger = new Ledger(await InProcessHost.open([agent]), 'a')
    expect((await ledger.play(...cuts)).end).toMatchObject({ outcome: 'completed' })
    expect(ledger.of('schedule.set')).toMatchObject([
      { schedule: 't1.c1', label: 'once', next: 5_000, input: { n: 1 } },
      { schedule: 't1.c2', label: 'daily', everyMs: 86_400_000 },
    ])
    expect(ledger.of('schedule.ended')).toMatchObject([{ schedule: 't1.c1', reason: 'cancelled' }])
    expect(ledger.of('step.finished')[0]!.output).toEqual(['t1.c1', 't1.c2'])
  }
})

test('[G48] an agent says which turns begin by themselves, and refuses what could not', async () => {
  const every = [{ every: '1h', label: 'look', input: 'x' }]
  const host = await InProcessHost.open([defineAgent({ name: 'a', run: () => {}, every })])
  expect(host.agents()[0]!.every).toEqual([{ everyMs: 3_600_000, label: 'look', input: 'x' }])
  expect(() => defineAgent({ name: 'a', run: () => {}, every: [{ every: 10, label: 'x' }] })).toThrow('once a second')
  expect(() => defineAgent({ name: 'a', run: () => {}, every: [{ every: 'daily', label: 'x' }] })).toThrow(
    'no duration',
  )
})

test.each<[NonNullable<TurnStart['because']>, string]>([
  [
    { task: 't1.b1', label: 'back-test', outcome: 'ok', result: { gain: 3 } },
    'The background task «back-test» is done. Its result: {"gain":3}',
  ],
  [
    { task: 't1.b1', label: 'back-test', outcome: 'error', result: 'no data' },
    'The background task «back-test» has failed. What came of it: no data',
  ],
  [
    { schedule: 't1.c1', label: 'daily look', input: 'at chips' },
    'The scheduled time for «daily look» has come. at chips',
  ],
])('[G48] a turn that no person began is told why, in a sentence that the model gets', async (because, sentence) => {
  const model = scriptedModel([...says('well'), done()])
  let text = ''
  const agent = defineAgent({
    name: 'a',
    model,
    async run(turn) {
      text = turn.input.text
      expect(turn.because).toEqual(because)
      await turn.generate()
    },
  })
  const cause = 'task' in because ? 'task' : 'schedule'
  const said = await play(agent, { start: { inputs: [], because, cause } })
  expect(said.end).toMatchObject({ outcome: 'completed' })
  expect(text).toBe(sentence)
  expect(promptOfCall(model, 0)).toMatchObject([{ role: 'user', content: [{ text: sentence }] }])
})

const analyst = agentTool({ agent: 'analyst', title: 'Ask the analyst', description: 'asks the analyst' })

test('[G49] an agent that is a tool is asked in a session of its own, and asked the same again after a crash', async () => {
  for (const cuts of [[], [1], [2]]) {
    const asked: unknown[] = []
    const script = [
      [...calls('c1', 'analyst', { text: 'chips?' }), done('tool-calls')],
      [...says('ok'), done()],
    ]
    const host = await InProcessHost.open([
      defineAgent({ name: 'a', model: scriptedModel(...script), tools: { analyst } }),
    ])
    expect(host.agents()[0]!.tools).toMatchObject([{ name: 'analyst', inputSchema: { required: ['text'] } }])
    const ledger = new Ledger(host, 'a', {
      agents: (...call) => {
        asked.push(call)
        return { outcome: 'ok', text: 'buy' }
      },
    })
    expect((await ledger.play(...cuts)).end).toMatchObject({ outcome: 'completed' })
    expect(asked[0]).toEqual(['analyst', 'chips?', 'c1'])
    expect(ledger.of('tool.finished')).toMatchObject([{ call: 'c1', outcome: 'ok', output: 'buy' }])
    expect(ledger.of('control.requested')).toEqual([])
  }
})

test.each([
  [{ outcome: 'error', error: 'it broke' } as const, 'it broke'],
  [{ outcome: 'cancelled' } as const, 'agent analyst was stopped'],
])('[G49] an agent that gives no answer is a tool error', async (answer, error) => {
  const script = [
    [...calls('c1', 'analyst', { text: 'x' }), done('tool-calls')],
    [...says('ok'), done()],
  ]
  const host = await InProcessHost.open([
    defineAgent({ name: 'a', model: scriptedModel(...script), tools: { analyst } }),
  ])
  const ledger = new Ledger(host, 'a', { agents: () => answer })
  await ledger.play()
  expect(ledger.of('tool.finished')).toMatchObject([{ outcome: 'error', error }])
})

test('[G49] an agent that is not waited for any more is told so', async () => {
  const impatient = agentTool({ agent: 'slow', description: 'asks', timeout: 5 })
  const script = [
    [...calls('c1', 'slow', { text: 'x' }), done('tool-calls')],
    [...says('ok'), done()],
  ]
  const said = await play(defineAgent({ name: 'a', model: scriptedModel(...script), tools: { slow: impatient } }))
  expect(said.of('tool.finished')).toMatchObject([
    { outcome: 'error', error: expect.stringContaining('longer than 5 ms') },
  ])
  expect(said.said_.filter(({ type }) => type.endsWith('-agent'))).toMatchObject([
    { type: 'call-agent', n: 1, agent: 'slow', text: 'x', call: 'c1' },
    { type: 'leave-agent', n: 1 },
  ])
})

test('[G14] cancelling reaches waits, branches, tools and tasks; what ignores it is left to itself', async () => {
  const aborted: string[] = []
  const deaf = tool({
    description: 'never ends',
    inputSchema: z.object({}),
    execute: (_, { signal }) => {
      signal.addEventListener('abort', () => aborted.push('tool'))
      return new Promise<null>(() => {})
    },
  })
  const agent = defineAgent({
    name: 'a',
    tools: { deaf },
    async run(turn) {
      const caught = (name: string) => (error: Error) => void aborted.push(`${name} ${error.name}`)
      await Promise.all([
        turn.tool(deaf, {}).catch(caught('call')),
        turn.sleep('1d').catch(caught('sleep')),
        turn.request.approval({ message: 'm' }).catch(caught('approval')),
      ])
      await turn.step('more', () => aborted.push('went on')).catch(caught('step'))
    },
  })
  const ledger = new Ledger(await InProcessHost.open([agent]), 'a')
  const { run, said } = ledger.start()
  while (ledger.of('control.requested').length < 1) await new Promise(setImmediate)
  await new Promise((resolve) => setTimeout(resolve, 5))
  const before = said.length
  run.cancel('a person stopped it')
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect([...aborted].sort()).toEqual([
    'approval AbortError',
    'call AbortError',
    'sleep AbortError',
    'step AbortError',
    'tool',
  ])
  expect(said).toHaveLength(before)
})
