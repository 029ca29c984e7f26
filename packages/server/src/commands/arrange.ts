import { Refusal } from '../refusal.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** Puts inputs that wait into another order: those named go first. All of them must wait. */
export const arrange: SessionCommandHandler<'arrange'> = async ({ session }, command) => {
  const waiting = session.state.waiting.map(({ input }) => input)
  const named = [...new Set(command.inputs)]
  const gone = named.find((input) => !waiting.includes(input))
  if (gone !== undefined) throw new Refusal('input_not_found', `no input ${gone} waits in session ${session.id}`)
  const inputs = [...named, ...waiting.filter((input) => !named.includes(input))]
  return {
    seq: await session.commit([
      session.body({ type: 'inputs.arranged', inputs, named: named.length, command: command.id }),
    ]),
  }
}
