import { resolve } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { systemClock } from '../src/clock.ts'
import { type AgentLog, AgentThread } from '../src/host/agent-thread.ts'
import { WorkerHost, type WorkerHostOptions } from '../src/host/worker-host.ts'
import { Recorder, turnOf } from './recorder.ts'

const at = (name: string) => resolve(import.meta.dirname, 'agents', name)
const hosts: WorkerHost[] = []
afterEach(async () => {
  await Promise.all(hosts.splice(0).map((host) => host.close()))
})

async function open(names: readonly string[], options: Partial<WorkerHostOptions> = {}) {
  const lines: AgentLog[] = []
  const host = await WorkerHost.open({ files: names.map(at), log: (line) => lines.push(line), ...options })
  hosts.push(host)
  return { host, lines, ask: (agent: string, text: string) => new Recorder(host, turnOf(agent, text)) }
}

test('[G1] a host says of each agent what anyone may know: its tools with their schemas, its model, its questions', async () => {
  const { host } = await open(['tooled.ts', 'talkative.ts'])
  expect(host.agents()).toEqual([
    {
      name: 'tooled',
      description: 'Has a tool.',
      model: 'mock:m',
      examples: ['Search!'],
      inputModes: ['text', 'file', 'data'],
      tools: [
        {
          name: 'search',
          title: 'Search',
          description: 'searches',
          inputSchema: {
            type: 'object',
            properties: { query: { type: 'string', description: 'what for' }, limit: { type: 'number', default: 3 } },
            required: ['query'],
          },
        },
      ],
    },
    expect.objectContaining({ name: 'bare', tools: [] }),
    expect.objectContaining({ name: 'talkative', description: 'Says it back.' }),
  ])
})

test('[G5] turns run in a worker as they do in this thread', async () => {
  const { ask } = await open(['talkative.ts', 'tooled.ts'])
  const [first, second] = [ask('talkative', 'hello'), ask('bare', 'x')]
  expect(await first.ending).toEqual({ outcome: 'completed', finishReason: 'stop' })
  expect(first.of('message.committed')[0]!.message.parts).toEqual([{ type: 'text', text: 'hello' }])
  expect(await second.ending).toMatchObject({ outcome: 'completed' })
  expect(await ask('nobody', 'x').ending).toMatchObject({ outcome: 'died', code: 'agent_unavailable' })
})

test.each([
  ['throw before', 'before anything', []],
  ['throw in a stream', 'in mid-sentence', []],
  ['throw after', 'after a step', ['trace.span', 'step.finished']],
])('[G15] an agent that is asked to «%s» fails that turn, and the next one works', async (deed, message, commits) => {
  const { ask, lines } = await open(['wicked.ts'])
  const turn = ask('wicked', deed)
  expect(await turn.ending).toMatchObject({ outcome: 'failed', error: { code: 'agent_error', message } })
  expect(turn.commits.map(({ type }) => type)).toEqual(commits)
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
  const printed = () => lines.map(({ text }) => text).join('\n')
  await eventually(() => printed().includes(`Error: ${message}`) && printed().includes('wicked.ts:'))
})

test('[G14] an agent that never ends is freed by cancelling, and its worker goes on', async () => {
  const { ask } = await open(['wicked.ts'])
  const turn = ask('wicked', 'never end')
  turn.run.cancel('enough')
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
  expect(turn.said_).toEqual([])
})

test('[G69] a run whose worker is ended from outside dies, and with it those beside it; the next ones run in another', async () => {
  const { ask } = await open(['wicked.ts', 'talkative.ts'])
  const [first, beside] = [ask('wicked', 'never end'), ask('wicked', 'never end')]
  const elsewhere = ask('talkative', 'hello')
  first.run.kill('somebody wanted it so')
  const died = { outcome: 'died', code: 'node_died', message: 'somebody wanted it so' }
  expect([await first.ending, await beside.ending]).toMatchObject([died, died])
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
  expect(await elsewhere.ending).toMatchObject({ outcome: 'completed' })
})

test.each(['loop', 'loop in microtasks'])(
  '[G31] an agent in an endless «%s» is stopped; its worker is replaced, and another file’s turn has no gap',
  async (deed) => {
    const { ask, lines } = await open(['wicked.ts', 'talkative.ts'], { blockedMs: 1_000, pingMs: 100 })
    const steady = ask('talkative', 'every:10')
    await steady.until(({ drafts }) => drafts.length > 0)
    const gaps: number[] = []
    let last = performance.now()
    const watch = async () => {
      for (let seen = 0; ; seen = steady.said_.length) {
        await steady.until(({ said_ }) => said_.length > seen)
        gaps.push(performance.now() - last)
        last = performance.now()
      }
    }
    void watch()
    const bystander = ask('wicked', 'never end')
    const turn = ask('wicked', deed)
    expect(await turn.ending).toMatchObject({ outcome: 'died', code: 'agent_blocked' })
    expect(await bystander.ending).toMatchObject({ outcome: 'died', code: 'agent_blocked' })
    expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
    steady.run.cancel('seen enough')
    expect(gaps.length).toBeGreaterThan(10)
    expect(Math.max(...gaps)).toBeLessThan(1_000)
    expect(lines).toContainEqual(
      expect.objectContaining({ from: 'host', text: expect.stringContaining('agent_blocked') }),
    )
  },
)

test('[G31] a worker that blocks after its run was cancelled is replaced all the same', async () => {
  const { ask, lines } = await open(['wicked.ts'], { blockedMs: 300, pingMs: 50 })
  const turn = ask('wicked', 'loop when stopped')
  await turn.until(({ drafts }) => drafts.length > 0)
  turn.run.cancel('enough')
  await eventually(() => lines.some(({ text }) => text.includes('agent_blocked')))
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
})

test('[G11] a gigabyte said without awaiting crosses the boundary up to the bound, and the turn fails', async () => {
  const { ask } = await open(['wicked.ts'])
  const turn = ask('wicked', 'one gigabyte')
  expect(await turn.ending).toMatchObject({ outcome: 'failed', error: { code: 'output_too_big' } })
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
})

test('[G31] an agent that leaks memory fails its turn with a code of its own, and the next turn works', async () => {
  const { ask } = await open(['wicked.ts', 'talkative.ts'], { memoryMb: 64 })
  const turn = ask('wicked', 'leak')
  expect(await turn.ending).toMatchObject({
    outcome: 'died',
    code: 'agent_out_of_memory',
    message: expect.stringContaining('64 MB'),
  })
  expect(await ask('talkative', 'still here').ending).toMatchObject({ outcome: 'completed' })
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
})

test('[G31] an agent that calls process.exit takes only its worker with it', async () => {
  const { ask } = await open(['wicked.ts'])
  expect(await ask('wicked', 'exit').ending).toMatchObject({
    outcome: 'died',
    code: 'agent_crashed',
    message: expect.stringContaining('exit code 3'),
  })
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
})

test.each([
  ['stray rejection', 'nobody awaited this'],
  ['stray throw', 'thrown by a timer'],
])('[G32] a %s fails the run it came from, and no other of that worker', async (deed, message) => {
  const { ask, lines } = await open(['wicked.ts'])
  const other = ask('wicked', 'never end')
  const turn = ask('wicked', deed)
  expect(await turn.ending).toMatchObject({ outcome: 'failed', error: { code: 'agent_error', message } })
  expect(await ask('wicked', 'nothing').ending).toMatchObject({ outcome: 'completed' })
  await eventually(() => lines.some(({ text }) => text.includes(message)))
  expect(await Promise.race([other.ending, 'still running'])).toBe('still running')
})

test('[G32] a stray error after the end of its run fails nothing and is reported', async () => {
  const { ask, lines } = await open(['wicked.ts'])
  const other = ask('wicked', 'never end')
  expect(await ask('wicked', 'stray after the end').ending).toMatchObject({ outcome: 'completed' })
  await eventually(() => lines.some(({ text }) => text.includes('thrown when all was over')))
  expect(await Promise.race([other.ending, 'still running'])).toBe('still running')
})

test('[G33] what an agent prints comes to the log line by line', async () => {
  const { ask, lines } = await open(['wicked.ts'])
  await ask('wicked', 'print').ending
  await eventually(() => lines.length >= 3)
  expect(lines.map(({ from, text }) => `${from}: ${text}`).sort()).toEqual([
    'stderr: a warning',
    'stdout: and another',
    'stdout: one line',
  ])
  expect(lines.every(({ file }) => file === at('wicked.ts'))).toBe(true)
})

test('[G30] with more workers for a file, a new turn goes to the one with the fewest', async () => {
  const { ask } = await open(['wicked.ts'], { workers: 2 })
  const [first, second] = [ask('wicked', 'never end'), ask('wicked', 'exit')]
  expect(await second.ending).toMatchObject({ code: 'agent_crashed' })
  expect(await Promise.race([first.ending, 'still running'])).toBe('still running')
})

test('[G30] a worker that takes no more turns is not started again when it is gone', async () => {
  const lines: string[] = []
  const thread = new AgentThread({
    file: at('leaving.ts'),
    memoryMb: 256,
    blockedMs: 5_000,
    pingMs: 1_000,
    loadMs: 30_000,
    clock: systemClock,
    log: ({ text }) => lines.push(text),
  })
  const turn = new Recorder(thread, turnOf('leaving', 'go'))
  thread.retire()
  expect(await turn.ending).toMatchObject({ outcome: 'died', code: 'agent_crashed' })
  await thread.closed
  await eventually(() => lines.includes('loaded'))
  expect(lines.filter((line) => line === 'loaded')).toHaveLength(1)
})

test('[G5] closing the host ends every run', async () => {
  const { host, ask } = await open(['wicked.ts'])
  const turn = ask('wicked', 'never end')
  await host.close()
  expect(await turn.ending).toMatchObject({ outcome: 'died', code: 'node_stopped' })
})

/** Resolves once `condition` holds; the test's own time limit is the bound. */
async function eventually(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5))
}
