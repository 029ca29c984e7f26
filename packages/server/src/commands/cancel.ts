import { Refusal } from '../refusal.ts'
import type { SessionCommandHandler } from './session-command.ts'

/**
 * Stops the running turn; what was said so far stays. Tools that are at work are told, and may say for a moment how they
 * ended: who cannot wait for them says it again. A turn that is over already needs no stopping.
 */
export const cancel: SessionCommandHandler<'cancel'> = async ({ session, turns }, command) => {
  const running = session.state.turn?.turn
  if (command.turn !== undefined && command.turn !== running) {
    if (!wasHere(command.turn, session.head)) {
      throw new Refusal('turn_not_found', `session ${session.id} has no turn ${command.turn}`)
    }
    return { turn: command.turn }
  }
  if (running === undefined) return {}
  const stopping = turns.stopping(command.id)
  if (stopping.length > 0) {
    const first = await session.commit(stopping)
    turns.letStop(running, 'stopped by a person')
    return { seq: first + stopping.length - 1, turn: running }
  }
  const ending = turns.cancelling(command.id)
  const after = await session.commit([...ending])
  const seq = after + ending.findIndex(({ type }) => type === 'turn.ended')
  turns.stopped(running, 'stopped by a person')
  await turns.goOn()
  return { seq, turn: running }
}

/** Turns are named for the commit that started them. */
function wasHere(turn: string, head: number): boolean {
  const seq = /^t([1-9]\d*)$/.exec(turn)?.[1]
  return seq !== undefined && Number(seq) <= head
}
