import { expect, test } from 'vitest'
import { z } from 'zod'
import { agentTool } from '../src/agent-tool.ts'
import { type AgentOptions, defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import type { ToolCallFailed } from '../src/loop/own-call.ts'
import { type Tool, tool } from '../src/tool.ts'
import type { Task } from '../src/turn/turn.ts'
import { Ledger, type LedgerOptions } from './ledger.ts'
import { calls, done, promptOfCall, says, scriptedModel, thinks } from './scripted-model.ts'

const INPUT = z.object({ what: z.string() })
const look = (did: unknown[] = [], over: Partial<Tool> = {}) =>
  tool({
    description: 'looks',
    inputSchema: INPUT,
    idempotent: true,
    execute: ({ what }, { call }) => {
      did.push(call)
      return { seen: what }
    },
    ...(over as object),
  })

/** A turn that begins one task, and the session in which the task is then run, cut after each of these writes. */
async function taskOf(
  work: (task: Task) => unknown,
  options: Omit<Partial<AgentOptions>, 'run'> = {},
  ledgerOptions: LedgerOptions = {},
) {
  const run = (turn: Parameters<NonNullable<AgentOptions['run']>>[0]) => turn.background('task', work).then(() => {})
  const open = () => InProcessHost.open([defineAgent({ name: 'a', ...options, run })])
  const first = new Ledger(await open(), 'a', ledgerOptions)
  await first.play()
  /** In another process each time, as after a death. */
  const play = async (...cuts: number[]) => {
    const ledger = new Ledger(await open(), 'a', ledgerOptions)
    ledger.log.push(...first.log)
    for (;;) {
      const { end, said } = ledger.start(cuts, { task: 't1.b1' })
      const ended = await end
      if (ended !== 'cut') return { end: ended, said, ledger }
    }
  }
  return { play }
}

const SCRIPT = [
  [
    ...thinks('Let me see.'),
    ...says('I look. '),
    ...calls('c1', 'look', { what: 'sea' }),
    ...calls('c2', 'look', { what: 'sky' }),
    done('tool-calls'),
  ],
  [...says('It is blue.'), done()],
] as const

test('[G72] a task thinks and calls tools by steps of its own, which say nothing to the person', async () => {
  const model = scriptedModel(...SCRIPT)
  const { play } = await taskOf(
    async (task) => {
      const { text, results, usage } = await task.generate({ prompt: 'What is there?' })
      return {
        text,
        results: results.map(({ output }) => output),
        usage,
        own: await task.tool('look', { what: 'land' }),
      }
    },
    { model, tools: { look: look() } },
  )
  const { end, said, ledger } = await play()
  expect(end).toMatchObject({
    outcome: 'completed',
    result: {
      text: 'It is blue.',
      results: [{ seen: 'sea' }, { seen: 'sky' }],
      usage: { inputTokens: 20, outputTokens: 10 },
      own: { seen: 'land' },
    },
    usage: { inputTokens: 20, outputTokens: 10 },
    toolCalls: 3,
  })
  expect(ledger.of('step.finished').map(({ step, name }) => [step, name])).toEqual([
    ['t1.b1.1', 'generate'],
    ['t1.b1.2', 'tool look'],
    ['t1.b1.3', 'tool look'],
    ['t1.b1.4', 'generate'],
    ['t1.b1.5', 'tool look'],
  ])
  expect(said.filter(({ type }) => type === 'open' || type === 'add' || type === 'take')).toEqual([])
  expect(ledger.log.map(({ type }) => type)).not.toContain('message.committed')
  expect(ledger.log.map(({ type }) => type)).not.toContain('tool.started')
  expect(promptOfCall(model, 1).map(({ role }) => role)).toEqual(['user', 'user', 'assistant', 'tool'])
  expect(ledger.of('trace.span').map(({ kind, outcome }) => [kind, outcome])).toEqual([
    ['model', 'ok'],
    ['tool', 'ok'],
    ['tool', 'ok'],
    ['model', 'ok'],
    ['tool', 'ok'],
  ])
})

test('[G72] a task that is cut anywhere ends as one that was not, and does nothing twice that is in the log', async () => {
  const play = async (...cuts: number[]) => {
    const did: string[] = []
    let asked = 0
    const model = scriptedModel()
    model.doStream = async ({ prompt }) => {
      asked++
      return { stream: ReadableStream.from(SCRIPT[prompt.some(({ role }) => role === 'tool') ? 1 : 0]!) as never }
    }
    const task = await taskOf(
      (task) =>
        task.step('all of it', async () => {
          const { text } = await task.generate({ prompt: 'What is there?' })
          return [text, await task.tool('look', { what: 'land' })] as never
        }),
      { model, tools: { look: look(did) } },
    )
    return { ...(await task.play(...cuts)), did, asked }
  }
  const whole = await play()
  expect(whole.end).toMatchObject({ outcome: 'completed' })
  for (let n = 1; n <= whole.ledger.writes; n++) {
    for (const cut of [n, -n]) {
      const { end, ledger, did } = await play(cut)
      expect(end, `cut at ${cut}`).toEqual(whole.end)
      expect(new Set(did)).toEqual(new Set(whole.did))
      const finished = (commits: typeof ledger) =>
        commits.of('step.finished').map(({ step, name, output }) => [step, name, output])
      expect(finished(ledger), `cut at ${cut}`).toEqual(finished(whole.ledger))
    }
  }
})

test('[G72] there is nobody to ask in a task: what needs leave, or a page, is denied, and says so', async () => {
  const did: unknown[] = []
  const tools = {
    risky: look(did, { needsApproval: true }),
    page: tool({ description: 'p', inputSchema: INPUT, client: true }),
    banned: look(did),
  }
  const policy = ({ tool }: { tool: string }) => (tool === 'banned' ? ('deny' as const) : undefined)
  const { play } = await taskOf(
    async (task) => {
      const said: string[] = []
      for (const name of ['risky', 'page', 'banned', 'none']) {
        await task
          .tool(name, { what: 'x' })
          .catch(({ outcome, message }: ToolCallFailed) => said.push(`${outcome}: ${message}`))
      }
      await task.tool('banned', { what: 7 }).catch(({ outcome }: ToolCallFailed) => said.push(outcome))
      return said
    },
    { tools, policy },
  )
  expect((await play()).end).toMatchObject({
    result: [
      "denied: it needs a person's leave, and a background task has nobody to ask",
      'denied: it runs in a page, and a background task has nobody to ask',
      'denied: the agent may not do this',
      'error: there is no tool «none»',
      'error',
    ],
  })
  expect(did).toEqual([])
})

test('[G72] a tool that had begun in a task and is not idempotent is not run again: its error says so', async () => {
  const did: unknown[] = []
  const { play } = await taskOf(
    (task) =>
      task.tool('look', { what: 'x' }).catch(({ outcome, message }: ToolCallFailed) => `${outcome}: ${message}`),
    { tools: { look: look(did, { idempotent: false }) } },
  )
  const { end } = await play(-2)
  expect(did).toHaveLength(1)
  expect(end).toMatchObject({ result: expect.stringContaining('error: it had started when the work was cut off') })
})

test('[G72] a task has the budget of a turn for itself, and nobody to ask for more', async () => {
  const { play } = await taskOf((task) => task.generate({ prompt: 'Go' }), {
    model: scriptedModel(...SCRIPT),
    tools: { look: look() },
    budget: { turn: { toolCalls: 1 }, onExceeded: 'ask' },
  })
  expect((await play()).end).toMatchObject({
    outcome: 'failed',
    error: {
      code: 'budget_exceeded',
      message: expect.stringContaining('a background task has nobody to ask for more'),
    },
    usage: { inputTokens: 10 },
  })
})

test('[G72] a task asks another agent', async () => {
  const expert = agentTool({ agent: 'expert', description: 'knows' })
  const { play } = await taskOf(
    (task) => task.tool(expert, { text: 'why?' }),
    { tools: { expert } },
    { agents: (...asked) => ({ outcome: 'ok', text: asked.join(' ') }) },
  )
  expect((await play()).end).toMatchObject({ result: 'expert why? t1_b1_1_1' })
})

test('[G72] a task that uses the turn which began it fails, and its message tells what it has instead', async () => {
  const agent = defineAgent({
    name: 'a',
    async run(turn) {
      await turn.background('task', () => turn.step('mine', () => 1))
    },
  })
  const ledger = new Ledger(await InProcessHost.open([agent]), 'a')
  await ledger.play()
  const { end } = ledger.start([], { task: 't1.b1' })
  expect(await end).toMatchObject({
    outcome: 'failed',
    error: { code: 'agent_error', message: expect.stringContaining('background task t1.b1 used the turn') },
  })
})
