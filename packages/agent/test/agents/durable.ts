import type { LanguageModelV4CallOptions } from '@ai-sdk/provider'
import { defineAgent, tool } from '@longwire/agent'
import { MockLanguageModelV4 } from 'ai/test'
import { z } from 'zod'

// An agent that does one of everything. It answers by what it is asked, so that it is the same whichever worker runs it.

/** Each call that ran, in order: a test that shares this thread reads it. */
export const ran: string[] = []

const look = (name: string) =>
  tool({
    description: `looks ${name} up`,
    inputSchema: z.object({ of: z.string() }),
    milestone: ({ of }) => `Looking ${of} up`,
    idempotent: true,
    execute: async ({ of }, { call, trace, progress }) => {
      ran.push(call)
      progress(0.5, `half of ${of}`)
      await trace.span(`reading ${of}`, {}, () => undefined)
      return { of, length: of.length }
    },
  })

const order = tool({
  description: 'orders',
  inputSchema: z.object({ quantity: z.number() }),
  needsApproval: ({ input }) => input.quantity > 10,
  idempotent: true,
  execute: ({ quantity }, { call }) => {
    ran.push(call)
    return { ordered: quantity }
  },
})

type Part = { readonly type: string; readonly text?: string; readonly toolName?: string }

/** How many answers the model has given in this conversation, and what it was asked last. */
function read(prompt: LanguageModelV4CallOptions['prompt']) {
  const assistant = prompt.filter(({ role }) => role === 'assistant').length
  const last = prompt.findLast(({ role }) => role === 'user')
  const text = (last!.content as readonly Part[]).map(({ text }) => text ?? '').join('')
  return { assistant, text }
}

const model = new MockLanguageModelV4({
  provider: 'rehearsed.chat',
  modelId: 'one',
  doStream: async ({ prompt }: LanguageModelV4CallOptions) => {
    const { assistant, text } = read(prompt)
    return { stream: ReadableStream.from(answerTo(assistant, text)) as never }
  },
})

function* answerTo(n: number, text: string) {
  yield { type: 'reasoning-start', id: 'r' }
  yield { type: 'reasoning-delta', id: 'r', delta: `thinking ${n}` }
  yield { type: 'reasoning-end', id: 'r' }
  const calls: readonly (readonly [string, object])[] =
    n === 0
      ? [
          ['shares', { of: 'ACME' }],
          ['news', { of: 'chips' }],
          ['order', { quantity: 50 }],
        ]
      : n === 1
        ? [['news', { of: text }]]
        : []
  yield { type: 'text-start', id: 't' }
  for (const word of [`answer ${n}`, ' to ', text]) yield { type: 'text-delta', id: 't', delta: word }
  yield { type: 'text-end', id: 't' }
  for (const [i, [toolName, input]] of calls.entries()) {
    yield { type: 'tool-call', toolCallId: `c${i}`, toolName, input: JSON.stringify(input) }
  }
  const tokens = { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined }
  const finishReason = { unified: calls.length > 0 ? 'tool-calls' : 'stop', raw: undefined }
  yield {
    type: 'finish',
    finishReason,
    usage: { inputTokens: tokens, outputTokens: { total: 2, text: 2, reasoning: undefined } },
  }
}

export default defineAgent({
  name: 'durable',
  model,
  tools: { shares: look('shares'), news: look('news'), order },
  async run(turn) {
    await turn.text('Let me see. ')
    turn.trace.milestone('Loading')
    const rows = await turn.step('load', async () => {
      await turn.text('(loading)')
      const inner = await turn.step('inner', () => [1, 2, 3])
      turn.trace.note('loaded')
      return inner
    })
    turn.trace.milestone('Thinking')
    await turn.generate()
    const failed = await turn
      .step('fail', () => {
        throw new Error('no luck')
      })
      .catch((error: Error) => error.message)
    const [left, right] = await turn.all([
      async () => {
        await turn.text('left')
        const a = await turn.step('a', () => 'a')
        return a + (await turn.step('b', () => 'b'))
      },
      async () => {
        await turn.sleep(1)
        return turn.request.choice({ message: 'Which?', options: ['one', 'two'] })
      },
    ])
    await turn.schedule.at(4_000_000_000_000, { label: 'look again', input: { n: 1 } })
    const approval = await turn.request.approval({ message: 'Send it?', input: { rows }, expiresIn: '3d' })
    const shares = await turn.tool<{ of: string }, { length: number }>('shares', { of: 'own' })
    await turn.sleep('1ms')
    await turn.text(JSON.stringify({ failed, left, right, approval, shares }))
  },
})
