import { defineAgent } from '@longwire/agent'

const ORDER = { symbol: 'ACME', quantity: 500, limit: 12.5 }

const FORM = {
  type: 'object',
  properties: {
    name: { type: 'string', title: 'Your name', minLength: 2 },
    quantity: { type: 'integer', minimum: 1, maximum: 100 },
    urgent: { type: 'boolean' },
    day: { type: 'string', format: 'date' },
    region: { type: 'string', enum: ['Europe', 'Asia', 'America'] },
    topics: { type: 'array', items: { type: 'string', enum: ['energy', 'rates', 'chips'] }, minItems: 1 },
  },
  required: ['name', 'quantity', 'urgent', 'region', 'topics'],
} as const

const CUT = [
  { value: 'again', label: 'Run again' },
  { value: 'skip', label: 'Skip' },
  { value: 'result', label: 'Give the result' },
]

/** Asks a person whatever it is told to ask, and says what it was answered. */
export default defineAgent({
  name: 'asker',
  description: 'Asks.',
  async run(turn) {
    const { request } = turn
    const ask: Record<string, () => Promise<unknown>> = {
      approval: () => request.approval({ message: 'May I place this order?', input: ORDER, expiresIn: '3d' }),
      edit: () =>
        request.approval({
          message: 'May I edit this file?',
          input: { path: 'src/sum.ts', old_string: 'a\nreturn a - b\nz', new_string: 'a\nreturn a + b\nz' },
        }),
      form: () => request.form({ message: 'Tell me more', schema: FORM }),
      choice: () =>
        request.choice({ message: 'Which way?', options: ['left', { value: 'right', label: 'To the right' }] }),
      cut: () => request.choice({ message: 'It was cut off. What now?', options: CUT }),
      client: () => request.clientTool({ name: 'clock', input: { zone: 'UTC' }, message: 'Look at the clock' }),
      soon: () => request.approval({ message: 'Quick!', expiresIn: 400 }),
      both: () =>
        turn.all([
          () => request.approval({ message: 'The first?', input: { n: 1 } }),
          () => request.approval({ message: 'The second?', input: { n: 2 } }),
        ]),
      task: async () => {
        await turn.background('Count to two', async (task) => {
          task.progress(0.5, 'at one')
          await task.sleep(1_500)
          return 2
        })
        return 'begun'
      },
    }
    if (turn.cause !== 'input') return turn.text(`${turn.input.text}`)
    const answer = await ask[turn.input.text]?.()
    await turn.text(`The answer is \`${JSON.stringify(answer ?? null)}\`.`)
  },
})
