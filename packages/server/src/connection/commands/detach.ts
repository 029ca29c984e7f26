import type { ConnectionCommandHandler } from '../connection-command.ts'

export const detach: ConnectionCommandHandler<'detach'> = async (connection, { id, ch }) => {
  const { attachment } = await connection.channels.get(ch)
  attachment.detach()
  connection.channels.release(ch)
  connection.send({ type: 'ok', id, ch })
}
