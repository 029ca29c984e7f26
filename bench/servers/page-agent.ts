import { defineAgent } from '@longwire/agent'
import { PIECES } from './speech.ts'

const TICK_MS = 10

/** Says so many pieces, so many a second: «10000 1000». With 0 a second as fast as the reader takes it. */
export default defineAgent({
  name: 'page',
  async run(turn) {
    const [count = 0, perSecond = 0] = turn.input.text.split(' ').map(Number)
    const began = performance.now()
    for (let said = 0; said < count; said++) {
      await turn.text(PIECES[said % PIECES.length]!)
      if (perSecond > 0 && said >= ((performance.now() - began) * perSecond) / 1_000)
        await new Promise((resolve) => setTimeout(resolve, TICK_MS))
    }
  },
})
