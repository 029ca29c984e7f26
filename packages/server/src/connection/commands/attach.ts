import { DEFAULT_FILTER, type Filter, narrow, type Place, parsePlace, printPlace } from '@longwire/protocol'
import { Attachment, recoveryFor } from '../../attachment/attachment.ts'
import type { Outlet } from '../../attachment/outlet.ts'
import { reach } from '../../auth/access.ts'
import type { Present, Seat } from '../../presence/presence.ts'
import type { Refusal } from '../../refusal.ts'
import type { FoundSession } from '../../session/read-session.ts'
import type { Connection } from '../connection.ts'
import type { ConnectionCommandHandler } from '../connection-command.ts'

export const attach: ConnectionCommandHandler<'attach'> = async (connection, command) => {
  const { id, ch, session, after, log } = command
  connection.house.quotas.refuseAttachment(connection.identity.principal)
  await connection.channels.take(ch, async () => {
    const ground = await reach(connection.house.sessions, connection.identity, session)
    return attachTo(connection, ground, {
      id,
      ch,
      after: after === undefined ? undefined : parsePlace(after),
      log,
      filter: filterOf(connection, command),
      presence: command.presence,
    })
  })
}

/** What this reader asked for, within what its principal may see. */
export function filterOf(connection: Connection, asked: Partial<Record<keyof Filter, unknown>>): Filter {
  const wanted = { trace: asked.trace ?? DEFAULT_FILTER.trace, reasoning: asked.reasoning ?? DEFAULT_FILTER.reasoning }
  return narrow(wanted as Filter, connection.identity.sees)
}

export interface Attaching {
  readonly id: string
  readonly ch: number
  readonly after?: Place | undefined
  readonly log?: string | undefined
  readonly filter: Filter
  /** Whether it wants to know who else reads the session. */
  readonly presence?: boolean | undefined
}

/** Answers `attached`, and lets the session flow. */
export function attachTo(connection: Connection, ground: FoundSession, asked: Attaching) {
  const { id, ch, after, log, filter } = asked
  const { session } = ground
  const { limits } = connection.house
  const recovered = recoveryFor(session, { after, log }, limits.replayCommits)
  const outlet = channelOutlet(connection, ch)
  const onFault = (error: unknown) => outlet.ended(connection.refusalFor(error))
  const at = recovered === 'replay' ? after! : session.place
  const seat = seatOf(connection, asked)
  const attachment = new Attachment(
    session,
    outlet,
    { filter, stubBytes: limits.stubBytes, onFault, seat, since: connection.house.clock.now() },
    at,
  )
  const { id: sessionId, agent, head, log: identity, status } = session
  connection.send({ type: 'attached', id, ch, session: sessionId, agent, head, log: identity, status, recovered })
  attachment.start(recovered).catch((error) => {
    attachment.detach()
    onFault(error)
  })
  return { ground, attachment }
}

/** All attachments of a connection are one viewer. */
function seatOf(connection: Connection, { ch, presence }: Attaching): Seat {
  const tell = (present: Present) => {
    connection.send({ type: 'presence', ch, ...present, viewers: [...present.viewers] })
    return true
  }
  const { id: viewer, identity, since } = connection
  return { viewer, identity, since, tell: presence ? tell : undefined }
}

/** One channel of a connection: its number in front of each event. */
function channelOutlet(connection: Connection, ch: number): Outlet {
  const prefix = `{"ch":${ch},`
  return {
    event: (fields) => connection.put(prefix + fields),
    snapshot: (at, view) => connection.put(`${prefix}"type":"snapshot","at":"${printPlace(at)}","view":${view}}`),
    drained: () => connection.wire.drained(),
    ended: (why: Refusal) => {
      connection.channels.release(ch)
      connection.refuse(why, { ch })
    },
  }
}
