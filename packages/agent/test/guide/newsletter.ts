import { defineAgent } from '@longwire/agent'
import { z } from 'zod'

export default defineAgent({
  name: 'newsletter',
  model: 'anthropic:claude-sonnet-4-5',
  async run(turn) {
    const [readers, topics] = await turn.all([
      () => turn.step('load readers', async () => ['ann@example.com', 'bo@example.com']),
      () => turn.step('load topics', async () => ['tides', 'wind']),
    ])
    turn.trace.milestone('Writing the letter')
    const letter = await turn.generate({ prompt: `Write a letter about ${topics.join(' and ')}.` })

    const when = await turn.request.form({
      message: 'When shall it go out?',
      schema: z.object({ inMinutes: z.number().min(0) }),
    })
    if (when.action !== 'accept') return turn.text('Then it stays here.')

    const { approved } = await turn.request.approval({
      message: `Send it to ${readers.length} people?`,
      input: { readers, letter: letter.text },
      expiresIn: '3d',
      onExpiry: 'deny',
    })
    if (!approved) return turn.text('Not sent.')

    await turn.sleep(when.content.inMinutes * 60_000)
    await turn.background('sending', async (task) => {
      for (const [i, reader] of readers.entries()) {
        await task.step(`send to ${reader}`, async () => `sent to ${reader}`)
        task.progress((i + 1) / readers.length, reader)
      }
      return { sent: readers.length }
    })
    await turn.text('It is on its way.')
  },
})
