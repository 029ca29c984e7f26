import type { CommandGround } from '../commands/session-command.ts'

/**
 * Whether the turn can go on elsewhere now and nothing is cut: a step of this run has ended, no call is under way, and
 * nothing is being said.
 */
export function isAtBoundary({ session, turns }: Pick<CommandGround, 'session' | 'turns'>): boolean {
  const { turn } = session.state
  if (!turn || !turns.isLive) return true
  const isUnderWay = turn.calls.some(({ step }) => step !== undefined)
  return turn.tries.fruitless === 0 && !isUnderWay && session.drafts.steps().length === 0
}
