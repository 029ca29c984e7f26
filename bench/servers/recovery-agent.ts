import { defineAgent } from '@longwire/agent'

/** Records so many steps, and begins a last one, which a turn that is run for the first time never finishes. */
export default defineAgent({
  name: 'recovery',
  run: async (turn) => {
    const steps = Number(turn.input.text)
    for (let n = 1; n <= steps; n++) await turn.step(`step ${n}`, () => n)
    await turn.step('last', async () => {
      await turn.text('at the last step')
      if (turn.attempt === 1) await new Promise(() => {})
    })
  },
})
