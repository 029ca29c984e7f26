import { MockLanguageModelV4 } from 'ai/test'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { tool } from '../src/tool.ts'
import type { Turn } from '../src/turn/turn.ts'
import { Ledger } from './ledger.ts'
import { done, says } from './scripted-model.ts'

type Op =
  | { readonly op: 'say' | 'note' | 'milestone' | 'generate' | 'schedule' | 'task'; readonly text: string }
  | { readonly op: 'sleep' | 'ask' | 'choose' | 'tool' }
  | { readonly op: 'step'; readonly body: readonly Op[]; readonly throws: boolean }
  | { readonly op: 'span'; readonly body: readonly Op[] }
  | { readonly op: 'all'; readonly branches: readonly (readonly Op[])[] }

const { program } = fc.letrec<{ program: readonly Op[]; op: Op }>((tie) => ({
  op: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({
      op: fc.constantFrom('say', 'note', 'milestone', 'generate', 'schedule', 'task'),
      text: fc.constantFrom('a', 'b', 'c'),
    }),
    fc.record({ op: fc.constantFrom('sleep', 'ask', 'choose', 'tool') }),
    fc.record({ op: fc.constant('step'), body: tie('program'), throws: fc.boolean() }),
    fc.record({ op: fc.constant('span'), body: tie('program') }),
    fc.record({ op: fc.constant('all'), branches: fc.array(tie('program'), { minLength: 1, maxLength: 3 }) }),
  ) as fc.Arbitrary<Op>,
  program: fc.array(tie('op'), { maxLength: 5, depthIdentifier: 'program' }),
}))

async function run(turn: Turn, ops: readonly Op[], isInStep = false): Promise<readonly unknown[]> {
  const got: unknown[] = []
  for (const op of ops) got.push((await doOne(turn, op, isInStep)) ?? null)
  return got
}

async function doOne(turn: Turn, op: Op, isInStep: boolean): Promise<unknown> {
  switch (op.op) {
    case 'say':
      return turn.text(op.text)
    case 'note':
      return turn.trace.note(op.text)
    case 'milestone':
      return turn.trace.milestone(op.text)
    case 'generate':
      return (await turn.generate({ prompt: op.text })).text
    case 'schedule':
      return turn.schedule.every('1d', { label: op.text })
    case 'task':
      // In a step it is refused [G71].
      return isInStep ? undefined : turn.background(op.text, () => {})
    case 'sleep':
      return turn.sleep(0)
    case 'ask':
      return turn.request.approval({ message: 'ask', input: { of: 'ask' } })
    case 'choose':
      return turn.request.choice({ message: 'choose', options: ['x', 'y'] })
    case 'tool':
      return turn.tool('look', {})
    case 'span':
      return turn.trace.span('span', {}, () => run(turn, op.body, isInStep))
    case 'step':
      return turn
        .step('step', async () => {
          const got = await run(turn, op.body, true)
          if (op.throws) throw new Error('it fails')
          return got as never
        })
        .catch((error: Error) => error.message)
    case 'all':
      return turn.all(op.branches.map((branch) => () => run(turn, branch, isInStep)))
  }
}

const model = new MockLanguageModelV4({
  doStream: async () => ({ stream: ReadableStream.from([...says('thought'), done()]) as never }),
})
const look = tool({ description: 'looks', inputSchema: z.object({}), idempotent: true, execute: () => 'seen' })

test('[G34] any program that is cut anywhere, any number of times, ends with the history of one never cut', async () => {
  await fc.assert(
    fc.asyncProperty(program, fc.array(fc.integer({ min: -60, max: 60 }), { maxLength: 6 }), async (ops, cuts) => {
      const agent = defineAgent({
        name: 'a',
        model,
        tools: { look },
        run: async (turn) => void (await turn.text(JSON.stringify(await run(turn, ops)))),
      })
      const host = await InProcessHost.open([agent])
      const play = async (...at: number[]) => {
        const ledger = new Ledger(host, 'a', {
          answers: ({ kind }) =>
            kind === 'choice' ? { action: 'accept', content: { choice: 'y' } } : { approved: true, reason: 'yes' },
        })
        return { ledger, end: (await ledger.play(...at)).end }
      }
      const once = await play()
      const cut = await play(...cuts)
      expect(cut.end).toEqual(once.end)
      expect(cut.ledger.history).toEqual(once.ledger.history)
      const ids = cut.ledger.log.flatMap((each) => (each.type === 'trace.span' ? [each.span] : []))
      expect(new Set(ids).size).toBe(ids.length)
    }),
    { numRuns: 150 },
  )
}, 60_000)
