import { refuseToOpen } from '../../auth/access.ts'
import type { ConnectionCommandHandler } from '../connection-command.ts'
import { attachTo, filterOf } from './attach.ts'

/** Makes a session and attaches to it, in one round trip. */
export const open: ConnectionCommandHandler<'open'> = async (connection, command) => {
  const { id, ch, agent, session, metadata, presence } = command
  const { principal } = connection.identity
  refuseToOpen(connection.identity, session)
  connection.house.quotas.refuseAttachment(connection.identity.principal)
  await connection.channels.take(ch, async () => {
    const { ground, isNew } = await connection.house.sessions.open(principal, { agent, session, metadata, command: id })
    connection.send({ type: 'ok', id, ch, seq: 1, session: ground.session.id })
    // A session that was just made has nothing that a view would save; one that was there is shown as it is.
    const after = isNew ? { seq: 0, sub: 0 } : undefined
    return attachTo(connection, ground, { id, ch, after, filter: filterOf(connection, command), presence })
  })
}
