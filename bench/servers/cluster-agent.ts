import { setTimeout as pause } from 'node:timers/promises'
import { defineAgent } from '@longwire/agent'

/** Says something short, drips it, or goes on for a long time: what it is told. */
export default defineAgent({
  name: 'cluster',
  async run(turn) {
    const [pieces, everyMs] = PACES[turn.input.text] ?? [10, 0]
    for (let n = 0; n < pieces; n += 1) {
      await turn.text(`piece ${n} `)
      if (everyMs > 0) await pause(everyMs)
    }
  },
})

const PACES: Readonly<Record<string, readonly [pieces: number, everyMs: number]>> = {
  short: [10, 0],
  drip: [1_000, 3],
  long: [600, 100],
}
