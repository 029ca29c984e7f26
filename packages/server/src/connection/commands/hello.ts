import { Refusal } from '../../refusal.ts'
import type { ConnectionCommandHandler } from '../connection-command.ts'

const PROTOCOL = 1

/** Says who is there, where the handshake could not. Said again by someone who is known, it is answered again. */
export const hello: ConnectionCommandHandler<'hello'> = async (connection, { id, ticket, versions }) => {
  if (versions && !versions.includes(PROTOCOL)) {
    throw new Refusal('bad_field', `this server speaks version ${PROTOCOL} of the protocol`)
  }
  if (ticket !== undefined) connection.identify(await connection.house.redeem(ticket, connection.id))
  connection.welcome(connection.identity, id)
}
