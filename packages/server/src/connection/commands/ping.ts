import type { ConnectionCommandHandler } from '../connection-command.ts'

export const ping: ConnectionCommandHandler<'ping'> = (connection, { id }) => {
  connection.send({ type: 'pong', id })
}
