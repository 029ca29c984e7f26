import type { Command, CommandOf, CommandType } from '@longwire/protocol'
import { attach } from './commands/attach.ts'
import { detach } from './commands/detach.ts'
import { hello } from './commands/hello.ts'
import { open } from './commands/open.ts'
import { ping } from './commands/ping.ts'
import { renew } from './commands/renew.ts'
import { speak } from './commands/speak.ts'
import type { Connection } from './connection.ts'

/** Does what a command asks and answers it. Rejects with the refusal where it cannot be done. */
export type ConnectionCommandHandler<T extends CommandType> = (
  connection: Connection,
  command: CommandOf<T>,
) => Promise<void> | void

const HANDLERS: { readonly [T in CommandType]: ConnectionCommandHandler<T> } = {
  hello,
  open,
  attach,
  detach,
  renew,
  ping,
  input: speak,
  withdraw: speak,
  arrange: speak,
  describe: speak,
  schedule: speak,
  unschedule: speak,
  cancel: speak,
  answer: speak,
  close: speak,
}

export async function runConnectionCommand(connection: Connection, command: Command): Promise<void> {
  const handle = HANDLERS[command.type] as ConnectionCommandHandler<CommandType>
  await handle(connection, command)
}
