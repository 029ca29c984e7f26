// The three agents that the conversations of spec/cases talk to.
import { defineAgent, type Turn } from '@longwire/agent'

const parrot = defineAgent({
  name: 'parrot',
  description: 'Says what it was told, a word at a time.',
  async run(turn) {
    for (const word of turn.input.text.split(/(?<= )/)) await turn.text(word)
  },
})

const patient = defineAgent({
  name: 'patient',
  description: 'Says that it waits, and waits until it is stopped.',
  async run(turn) {
    await turn.text('I wait.')
    await stopped(turn)
  },
})

const clumsy = defineAgent({
  name: 'clumsy',
  description: 'Begins to speak, and falls.',
  async run(turn) {
    await turn.text('I will')
    throw new Error('fell over')
  },
})

function stopped({ signal }: Turn): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}

export default [parrot, patient, clumsy]
