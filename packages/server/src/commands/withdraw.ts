import { Refusal } from '../refusal.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Takes back an input that waits. One that was applied, returned or never sent is not found. */
export const withdraw: SessionCommandHandler<'withdraw'> = async ({ session }, command) => {
  if (!session.state.waiting.some(({ input }) => input === command.input)) {
    throw new Refusal('input_not_found', `no input ${command.input} waits in session ${session.id}`)
  }
  const { input } = command
  const seq = await session.commit([
    session.body({ type: 'input.returned', input, reason: 'withdrawn', command: command.id }),
  ])
  return { seq, input }
}
