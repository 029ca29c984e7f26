// An agent that does one of everything, and notes each thing that it really does, so that a test can count.
import { setTimeout as pause } from 'node:timers/promises'
import { type Agent, defineAgent, type Model, type ToolContext, tool } from '@longwire/agent'
import { z } from 'zod'

type LanguageModel = Extract<Model, { specificationVersion: 'v4' }>
type Prompt = Parameters<LanguageModel['doStream']>[0]['prompt']

/** Takes a line for each thing that was done. */
export type Notes = (line: string) => void

const INPUT = z.object({ what: z.string() })

/** `aheadMs`: how far the clock of its process is ahead of the true time. */
export function traveller(note: Notes, paceMs = 1, aheadMs = 0): Agent {
  const did = (session: string, what: string, of: string) =>
    note(JSON.stringify({ at: Date.now() - aheadMs, session, what, of }))
  const work = async (name: string, { call, session }: ToolContext, what: string) => {
    did(session, name, call)
    await pause(4 * paceMs)
    return { [name]: what }
  }
  const book = tool({
    description: 'Books a seat. The same call books one seat, however often it is made.',
    inputSchema: INPUT,
    idempotent: true,
    execute: ({ what }, context) => work('book', context, what),
  })
  const pay = tool({
    description: 'Pays. Paying twice is paying twice.',
    inputSchema: INPUT,
    execute: ({ what }, context) => work('pay', context, what),
  })
  const ship = tool({
    description: 'Sends the luggage ahead.',
    inputSchema: INPUT,
    needsApproval: true,
    idempotent: true,
    execute: ({ what }, context) => work('ship', context, what),
  })
  return defineAgent({
    name: 'traveller',
    model: travelModel(paceMs),
    tools: { book, pay, ship },
    async run(turn) {
      if (turn.cause === 'task') {
        await turn.text(`By the way: ${turn.input.text}`)
        return
      }
      if (turn.input.text.startsWith('Also')) {
        await turn.generate()
        return
      }
      if (turn.input.text.startsWith('Hurry')) {
        const { approved } = await turn.request.approval({
          message: 'Now?',
          expiresIn: 8 * paceMs,
          onExpiry: 'approve',
        })
        await turn.text(approved ? 'Now. ' : 'Not now. ')
        const how = { message: 'How?', options: ['by foot', 'not at all'], expiresIn: 8 * paceMs }
        await turn.request.choice({ ...how, onExpiry: 'escalate', escalateTo: 'guide' })
        return
      }
      const step = (name: string) =>
        turn.step(name, async () => {
          did(turn.session, 'step', `${turn.id} ${name}`)
          await pause(paceMs)
          return name.length
        })
      await turn.text('I look ')
      await turn.text('around. ')
      const looked = await step('look')
      await turn.background('count the stations', async (task) => {
        for (const n of [1, 2, 3]) {
          task.progress(n / 3, `station ${n}`)
          await task.step(`station ${n}`, async () => {
            did(task.session, 'task', `${task.id} ${n}`)
            await pause(paceMs)
          })
          if (n === 2) await task.sleep(5 * paceMs)
        }
        const { results } = await task.generate({ prompt: 'Book a tea at each of them', tools: { book } })
        await task.tool('book', { what: 'a bench' })
        return { stations: 3, booked: results.filter(({ outcome }) => outcome === 'ok').length }
      })
      const [left, right, asked] = await turn.all([
        async () => (await step('left 1')) + (await step('left 2')),
        async () => {
          const first = await step('right 1')
          await turn.sleep(10 * paceMs)
          return first + (await step('right 2'))
        },
        async () => {
          const { approved } = await turn.request.approval({ message: 'May I search your mail?', input: { looked } })
          await turn.text(approved ? 'Your mail says Monday. ' : 'I leave your mail alone. ')
          return approved
        },
      ])
      const { results } = await turn.generate()
      const form = await turn.request.form({ message: 'Where to?', schema: z.object({ city: z.string() }) })
      const choice = await turn.request.choice({ message: 'How?', options: ['train', 'ship'] })
      const city = form.action === 'accept' ? form.content.city : 'nowhere'
      await turn.sleep(20 * paceMs)
      const own = await turn.tool('book', { what: city })
      await turn.text(JSON.stringify({ left, right, asked, calls: results.length, choice, own }))
    },
  })
}

/** Offline, and a function of what it is asked: it books twice, pays and ships, and then has something to say. */
function travelModel(paceMs: number): LanguageModel {
  return {
    specificationVersion: 'v4',
    provider: 'offline',
    modelId: 'traveller',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('this model only streams')),
    doStream: async ({ prompt }) => ({ stream: ReadableStream.from(answerTo(prompt, paceMs)) as never }),
  }
}

async function* answerTo(prompt: Prompt, paceMs: number): AsyncGenerator<object> {
  const asked = prompt.findLastIndex(({ role }) => role === 'user')
  const text = JSON.stringify(prompt[asked]?.content ?? '')
  const isDone = prompt.slice(asked).some(({ role }) => role === 'tool')
  const callsTools = !isDone && !text.includes('Also')
  const words = callsTools ? ['I ', 'book, ', 'pay ', 'and ', 'ship. '] : ['That ', 'is ', 'all ', 'done. ']
  yield { type: 'reasoning-start', id: 'r' }
  yield { type: 'reasoning-delta', id: 'r', delta: 'What is to be done?' }
  yield { type: 'reasoning-end', id: 'r' }
  yield { type: 'text-start', id: 't' }
  for (const delta of words) {
    await pause(paceMs)
    yield { type: 'text-delta', id: 't', delta }
  }
  yield { type: 'text-end', id: 't' }
  if (callsTools) {
    for (const [i, toolName] of ['book', 'pay', 'ship', 'book'].entries()) {
      yield { type: 'tool-call', toolCallId: `c${i}`, toolName, input: JSON.stringify({ what: `${toolName} ${i}` }) }
    }
  }
  const tokens = { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined }
  yield {
    type: 'finish',
    finishReason: { unified: callsTools ? 'tool-calls' : 'stop', raw: undefined },
    usage: { inputTokens: tokens, outputTokens: { total: 2, text: 2, reasoning: undefined } },
  }
}
