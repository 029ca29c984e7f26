import { defineAgent, type Turn } from '@longwire/agent'
import { toldModel } from './told-model.ts'

/** What a turn is made of: the text of an input. */
export interface Work {
  readonly of: 'tokens' | 'steps'
  readonly count: number
}

/** Does so much and no more: one model call, or steps that do nothing. */
export default defineAgent({
  name: 'turns',
  run: async (turn) => {
    const { of, count } = JSON.parse(turn.input.text) as Work
    if (of === 'tokens') await turn.generate({ model: toldModel(count) })
    else await takeSteps(turn, count)
  },
})

async function takeSteps(turn: Turn, count: number): Promise<void> {
  for (let n = 1; n <= count; n++) await turn.step(`step ${n}`, () => n)
}
