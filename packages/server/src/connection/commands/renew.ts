import { Refusal } from '../../refusal.ts'
import type { ConnectionCommandHandler } from '../connection-command.ts'

/** A fresh identity for this connection, of the principal it had. */
export const renew: ConnectionCommandHandler<'renew'> = async (connection, { id, ticket }) => {
  const { principal } = connection.identity
  const renewed = await connection.house.redeem(ticket, connection.id)
  if (renewed.principal !== principal) throw new Refusal('forbidden', 'the ticket is for another principal')
  connection.identify(renewed)
  const { expiresAt } = renewed
  connection.send({ type: 'ok', id, ...(expiresAt === undefined ? {} : { expiresAt }) })
}
