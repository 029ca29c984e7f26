// An agent that the tests of the console order to do what a page has to show: its first word is what it does.
import { existsSync } from 'node:fs'
import { defineAgent, tool } from '@longwire/agent'
import { calls, fails, says, scripted } from '@longwire/agent/testing'
import { z } from 'zod'

const HOSTILE = [
  'Look <script>globalThis.hacked = 1</script> <img src="x" onerror="globalThis.hacked = 1">',
  '[here](javascript:globalThis.hacked=1) and [there](https://example.org/page "a page")',
  '![a picture](https://example.org/pixel.png)',
  '```js\nconst answer = 42 // <b>not bold</b>\n```',
  '| name | value |\n| --- | ---: |\n| one | 1 |',
].join('\n\n')

const ask = tool({
  title: 'Send a letter',
  description: 'Sends a letter.',
  inputSchema: z.object({ to: z.string(), copies: z.int().min(1).max(9) }),
  needsApproval: true,
  execute: ({ to, copies }) => ({ sent: copies, to }),
})

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Resolves when that file is there: a test says when an agent may go on, however slow the machine is. */
async function opened(gate: string): Promise<void> {
  while (!existsSync(gate)) await pause(20)
}

/** Says the words from one number to another, one every `ms`. */
async function count(
  turn: { text(piece: string): Promise<void> },
  { from = 1, to, ms }: { from?: number; to: number; ms: number },
): Promise<void> {
  for (let n = from; n <= to; n += 1) {
    await turn.text(`w${n} `)
    if (ms > 0) await pause(ms)
  }
}

export default defineAgent({
  name: 'speaker',
  description: 'Does what it is told to, so that a page can be looked at.',
  tools: { ask },
  async run(turn) {
    const [word = '', first = '10', second = '0'] = turn.input.text.split(' ')
    if (word === 'count') await count(turn, { to: Number(first), ms: Number(second) })
    else if (word === 'halves') {
      const half = Number(first) / 2
      await count(turn, { to: half, ms: 10 })
      await opened(second)
      await count(turn, { from: half + 1, to: 2 * half, ms: 10 })
    } else if (word === 'hostile') await turn.text(HOSTILE)
    else if (word === 'stumble') {
      const model = scripted([[says('This sentence will be ', 'taken back.'), fails(503)], 'This one stays.'])
      await turn.generate({ model })
    } else if (word === 'letter') {
      const model = scripted([[calls('ask', { to: 'Ada', copies: 2 })], 'It is sent.'])
      await turn.generate({ model, tools: { ask } })
    } else if (word === 'work') {
      turn.trace.milestone('Sorting the papers', { progress: 0.4 })
      await opened(first)
      await turn.text('Sorted.')
    } else if (word === 'drop') throw new Error(`dropped: ${first} <b>cup</b>`)
    else await turn.text(`Heard: ${turn.input.text}`)
  },
})
