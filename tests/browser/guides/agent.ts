import { defineAgent } from '@longwire/agent'

export default defineAgent({
  name: 'guide',
  async run(turn) {
    turn.trace.milestone('Looking at the map')
    for (const word of `So you want to see ${turn.input.text}.`.split(' ')) {
      await turn.text(`${word} `)
      await new Promise((resolve) => setTimeout(resolve, 60))
    }
    const { approved } = await turn.request.approval({ message: 'Shall I book it?' })
    await turn.text(approved ? 'It is booked.' : 'Another time, then.')
  },
})
