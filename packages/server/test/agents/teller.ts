import { setTimeout as sleep } from 'node:timers/promises'
import { defineAgent } from '@longwire/agent'

/** Says one word and is done, or where it is asked to tell, tells for ever. */
export default defineAgent({
  name: 'teller',
  async run(turn) {
    await turn.reasoning('What was asked? ')
    if (!turn.input.text.startsWith('Tell')) {
      await turn.text('Said.')
      return
    }
    await turn.text('It begins. ')
    await turn.step('look it up', () => ({ found: 1 }))
    while (!turn.signal.aborted) {
      await turn.text('and then ')
      await sleep(1, undefined, { signal: turn.signal })
    }
  },
})
