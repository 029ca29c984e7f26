// Sessions that share a worker: one never yields, the others only do their work.
import { setTimeout as pause } from 'node:timers/promises'
import { defineAgent } from '@longwire/agent'

export default defineAgent({
  name: 'neighbour',
  async run(turn) {
    for (let n = 1; n <= 5; n++) {
      await turn.step(`step ${n}`, async () => {
        await pause(60)
        return n
      })
      if (turn.input.text === 'guilty' && n === 2) for (;;);
    }
    await turn.text('done')
  },
})
