import { existsSync } from 'node:fs'
import { setTimeout as wait } from 'node:timers/promises'
import { defineAgent } from '@longwire/agent'

/** Goes on in the background, when its turn is over, until the file that it was told of is there. */
export default defineAgent({
  name: 'worker',
  async run(turn) {
    if (turn.cause === 'task') return
    const file = turn.input.text
    await turn.background('wait', async () => {
      while (!existsSync(file)) await wait(20)
      return {}
    })
    await turn.text('Waiting.')
  },
})
