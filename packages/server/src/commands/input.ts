import type { CommandOf } from '@longwire/protocol'
import { overLimit } from '../limits/over-limit.ts'
import { Refusal } from '../refusal.ts'
import { startsTurn, type WaitingInput } from '../session/session-state.ts'
import { nextInputs, startOf } from '../turn/turn-commits.ts'
import type { CommandGround, SessionCommandHandler } from './session-command.ts'

/** Takes what a person sends: it starts a turn, or waits for the next one, or joins or breaks into the running one. */
export const input: SessionCommandHandler<'input'> = async (ground, command, { principal: by }) => {
  const { session, turns } = ground
  refuseWhatCannotBeTaken(ground, command)
  const { text, parts, context, delivery = 'queue' } = command
  const running = session.state.turn?.turn
  const broken =
    running !== undefined && delivery === 'interrupt' && startsTurn(command) ? turns.cancelling(undefined) : []

  const seq = session.head + broken.length + 1
  const taken: WaitingInput = { input: `i${seq}`, delivery, text, parts, context, by }
  const accepted = session.body({ type: 'input.accepted', ...taken, command: command.id })
  const beginsNow = running === undefined || broken.length > 0
  // An interrupt goes before what waits; anything else after it.
  const waiting = broken.length > 0 ? [taken, ...stillWaiting(ground)] : [...session.state.waiting, taken]
  const inputs = beginsNow ? nextInputs(waiting) : []
  const start = inputs.length > 0 ? startOf(session, seq + 1, inputs) : []

  await session.commit([...broken, accepted, ...start])
  if (broken.length > 0) turns.stopped(running!, 'interrupted by a person')
  if (start.length > 0) turns.launch()
  return { seq, input: taken.input, ...(inputs.includes(taken) ? { turn: `t${seq + 1}` } : {}) }
}

function refuseWhatCannotBeTaken(ground: CommandGround, command: CommandOf<'input'>): void {
  const { session, limits, takesInputs, tally } = ground
  if (!command.text && !command.parts?.length && command.context === undefined) {
    throw new Refusal('bad_field', 'input has nothing to say: give text, parts or context')
  }
  if (command.text !== undefined && command.parts !== undefined) {
    throw new Refusal('bad_field', 'input has text and parts: give one of them')
  }
  if (session.state.closed) throw new Refusal('session_closed', `session ${session.id} is closed`)
  if (!takesInputs()) throw new Refusal('going_away', 'this node is stopping: send the input again to the next one')
  if (session.state.waiting.length >= limits.waitingInputs) {
    throw overLimit('waitingInputs', `${limits.waitingInputs} inputs wait in session ${session.id} already`, 1_000)
  }
  tally.refuseInput(session.principal)
  if (session.state.turn === undefined && startsTurn(command)) tally.refuseTurn(session.principal)
}

/** What waits once the running turn is broken: its steering inputs are returned with it. */
function stillWaiting({ session }: CommandGround): readonly WaitingInput[] {
  return session.state.waiting.filter(({ delivery }) => delivery !== 'steer')
}
