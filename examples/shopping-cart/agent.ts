import { setTimeout as pause } from 'node:timers/promises'
import { defineAgent } from '@longwire/agent'

/** How long the shop takes for each thing, in ms. */
const PACE_MS = Number(process.env.LONGWIRE_CART_PACE_MS ?? 20)

/** What is asked for, a thing a line; a line `!` is where the stock system breaks down. */
export default defineAgent({
  name: 'cart',
  description: 'Puts what you ask for into a cart, a thing at a time.',
  examples: ['apples\npears', 'bread\n!\nbutter'],
  types: {} as { metadata: { customer?: string } },
  run: async (turn) => {
    for (const thing of turn.input.text.split('\n')) {
      if (thing === '!') throw new Error('the stock system does not answer')
      await turn.text(`${thing}\n`)
      await pause(PACE_MS)
    }
  },
})
