import type { Answer } from '@longwire/protocol'
import type { CommandGround } from '../commands/session-command.ts'
import type { OpenRequest } from './session-state.ts'

/** When something is due in this session that only its owner can do: milliseconds since 1970. */
export function alarmAt({ session, turns }: CommandGround): number | undefined {
  const { requests, turn, schedules, closed } = session.state
  if (closed) return undefined
  const times = [
    ...requests.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt])),
    // An agent in memory keeps its own time; and what came due waits for the end of the turn.
    ...(turns.isParked ? (turn?.sleeps.map(({ until }) => until) ?? []) : []),
    ...(turn === undefined ? schedules.map(({ next }) => next) : []),
  ]
  return times.length > 0 ? Math.min(...times) : undefined
}

/** Does what is due: requests expire, a turn that slept goes on, a schedule begins its turn. Runs in the mailbox. */
export async function wake(ground: CommandGround): Promise<void> {
  const { session, turns } = ground
  const now = session.house.clock.now()
  const expired = session.state.requests.filter(({ expiresAt }) => expiresAt !== undefined && expiresAt <= now)
  if (expired.length > 0) await expire(ground, expired)
  if (session.state.turn?.sleeps.some(({ until }) => until <= now)) turns.wake()
  await turns.goOn()
}

async function expire({ session, turns }: CommandGround, expired: readonly OpenRequest[]): Promise<void> {
  await session.commit(
    expired.map((open) => {
      const { turn, request } = open
      return session.body({ type: 'control.settled', turn, request, outcome: 'expired', answer: answerOnExpiry(open) })
    }),
  )
  for (const open of expired) turns.settled(open.request, { outcome: 'expired', answer: answerOnExpiry(open) })
}

/** What nobody's answer counts as. Without a word on it an approval is denied: silence is not consent. */
function answerOnExpiry({ kind, onExpiry = 'deny' }: OpenRequest): Answer | undefined {
  if (onExpiry !== 'deny' && onExpiry !== 'approve') return undefined
  const reason = 'nobody answered in time'
  return kind === 'approval' ? { approved: onExpiry === 'approve', reason } : { action: 'cancel' }
}
