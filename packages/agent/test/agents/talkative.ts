import { defineAgent } from '@longwire/agent'

/** Says what it is asked to, one word at a time; `every:MS` says ticks until it is stopped. */
export default defineAgent({
  name: 'talkative',
  description: 'Says it back.',
  async run(turn) {
    const every = /^every:(\d+)$/.exec(turn.input.text)?.[1]
    if (every === undefined) return void (await turn.text(turn.input.text))
    while (!turn.signal.aborted) {
      await turn.text('tick ')
      await new Promise((resolve) => setTimeout(resolve, Number(every)))
    }
  },
})
