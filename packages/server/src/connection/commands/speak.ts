import type { SessionCommand } from '@longwire/protocol'
import type { Connection } from '../connection.ts'

/** A command to the session on this channel. */
export async function speak(connection: Connection, command: SessionCommand): Promise<void> {
  const speaker = connection.identity
  const { ground } = await connection.channels.get(command.ch)
  const result = await ground.perform(command, speaker)
  connection.send({ type: 'ok', id: command.id, ch: command.ch, ...result })
}
