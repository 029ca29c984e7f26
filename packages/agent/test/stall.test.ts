import { expect, test } from 'vitest'
import { defineAgent } from '../src/define-agent.ts'
import { says, scripted, stalls, testAgent } from '../src/testing/index.ts'

const agent = (stallMs?: number) =>
  defineAgent({ name: 'a', model: 'anthropic:none', ...(stallMs === undefined ? {} : { stallMs }) })

test('[G53] a model that falls silent in mid-answer is given up, its step rolled back, and asked again', async () => {
  const model = scripted([[says('Half an ans'), stalls()], 'The whole answer.'])
  const run = await testAgent(agent(), { model })
  expect(run).toMatchObject({ outcome: 'completed', texts: ['The whole answer.'] })
  expect(run.of('step.rolledback')).toMatchObject([{ step: 't3.1', reason: 'the model said nothing for 60 s' }])
  expect(run.milestones).toEqual(['The model fell silent, trying again in 500 ms'])
})

test('[G53] one that stays silent, from its first word or before it, fails the turn with a code of its own', async () => {
  const model = scripted([stalls(), [says('a'), stalls()], stalls(), stalls()])
  const run = await testAgent(agent(20), { model })
  expect(run.error).toEqual({
    code: 'model_stalled',
    message: 'scripted:test failed 4 times, at last with: the model said nothing for 20 ms',
    retryable: true,
  })
})

test('[G53] a model that never answers the request is given up like one that never goes on', async () => {
  const model = scripted(['Hello'])
  let asked = 0
  const { doStream } = model
  model.doStream = async (options) => {
    if (asked++ > 0) return doStream(options)
    await new Promise((resolve) => setImmediate(resolve))
    await model.clock!.advance(60_000)
    return new Promise(() => {})
  }
  expect(await testAgent(agent(), { model })).toMatchObject({ outcome: 'completed', text: 'Hello' })
})
