import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { type ToolContext, tool } from '../src/tool.ts'
import { Recorder, turnOf } from './recorder.ts'
import { calls, done, scriptedModel } from './scripted-model.ts'

const inputSchema = z.object({})
const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()))

/** Tools that take a stop each in a way of its own; all of them have begun when `begun` resolves. */
function stoppables() {
  let count = 0
  const { promise: begun, resolve } = Promise.withResolvers<void>()
  const ways = {
    hears: (signal: AbortSignal) => aborted(signal).then(() => Promise.reject(signal.reason)),
    tidies: async (signal: AbortSignal, { progress, trace }: ToolContext) => {
      await aborted(signal)
      progress(0.9, 'Putting it back')
      trace.milestone('Nearly')
      await new Promise((later) => setTimeout(later, 5))
      return { kept: 3 }
    },
    breaks: (signal: AbortSignal) => aborted(signal).then(() => Promise.reject(new Error('half of it is done'))),
    ignores: () => new Promise<never>(() => {}),
    hurries: () => new Promise<never>(() => {}),
  }
  const tools = Object.fromEntries(
    Object.entries(ways).map(([name, way]) => {
      const execute = (_: unknown, context: ToolContext) => {
        if (++count === Object.keys(ways).length) resolve()
        return way(context.signal, context)
      }
      const grace = name === 'hurries' ? { grace: 0 } : {}
      return [name, tool({ description: name, inputSchema, execute, ...grace })]
    }),
  )
  const model = scriptedModel([...Object.keys(ways).flatMap((name) => calls(name, name, {})), done('tool-calls')])
  return { agent: defineAgent({ name: 'a', model, tools }), begun }
}

test('[G70] a tool that ends within its grace has its own result, and one that does not is cancelled', async () => {
  const { agent, begun } = stoppables()
  const host = await InProcessHost.open([agent])
  const turn = new Recorder(host, turnOf('a', 'x'))
  await begun
  // That they began was said before the stop, and may be on its way.
  await turn.until(({ said_ }) => said_.some((item) => item.type === 'progress' && item.key === 't1.6.s1'))
  const before = turn.said_.length
  turn.run.stop('stopped by a person', 60)
  await turn.until(({ said_ }) => said_.at(-1)?.type === 'stopped')
  const finished = Object.fromEntries(
    turn.of('tool.finished').map(({ call, outcome, output, error }) => [call, { outcome, output, error }]),
  )
  expect(finished).toEqual({
    hears: { outcome: 'cancelled', error: 'stopped by a person' },
    tidies: { outcome: 'ok', output: { kept: 3 } },
    breaks: { outcome: 'error', error: 'half of it is done' },
    ignores: { outcome: 'cancelled', error: expect.stringContaining('did not end within 60 ms') },
    hurries: { outcome: 'cancelled', error: expect.any(String) },
  })
  // Its results and their spans, and nothing else; how far a tool was may still be on its way.
  const types = new Set(
    turn.said_
      .slice(before)
      .flatMap((item) => (item.type === 'commit' ? item.commits.map(({ type }) => type) : [item.type])),
  )
  types.delete('progress')
  expect(types).toEqual(new Set(['trace.span', 'tool.finished', 'stopped']))
  await host.close()
})
