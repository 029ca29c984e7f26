import { setTimeout as wait } from 'node:timers/promises'
import { defineAgent } from '@longwire/agent'

/** Says back what it is told. A word of its own for each thing that a test wants to see. */
export default defineAgent({
  name: 'echo',
  description: 'Says back what it is told.',
  examples: ['Hello'],
  async run(turn) {
    const { LONGWIRE_DATA: folder = 'nowhere' } = process.env
    const said = turn.input.text === 'where?' ? folder : turn.input.text
    if (said === 'fail') throw new Error('it was told to fail')
    await turn.reasoning(`It was told ${said.length} characters.`)
    await turn.step('count', () => wait(5, said.length)) // so that no two things begin in the same millisecond
    turn.trace.milestone('Answering')
    for (const word of ['You said **', said, '**.']) await turn.text(word)
    if (said === 'never end') await wait(600_000, undefined, { signal: turn.signal })
  },
})
