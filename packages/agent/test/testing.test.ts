import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { calls, ends, fails, says, scripted, stalls, testAgent, testClock, thinks } from '../src/testing/index.ts'
import { tool } from '../src/tool.ts'
import { add } from './thinker.ts'

const agent = defineAgent({ name: 'a', model: 'anthropic:none', tools: { add } })

test('[G90] a turn is played in the test: what was said, called and traced can be read from it', async () => {
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

test('[G90] faults and stalls take no time but that of the test’s clock', async () => {
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

test('[G90] what steers joins at its step boundary, and the script sees what it was asked', async () => {
  const model = scripted(({ n, prompt }) => (n === 1 ? 'All of it.' : JSON.stringify(prompt.at(-1))))
  const run = await testAgent(agent, { model, steers: [['only Europe']] })
  expect(run.text).toContain('only Europe')
  expect(run.of('input.applied')).toMatchObject([{ input: 'i2' }, { step: 't3.2' }])
})

test('[G90] a person who stops the turn keeps what was said, and no call is left without a result', async () => {
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
