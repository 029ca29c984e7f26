import type { CommandOf, Limits, SessionCommand, SessionCommandType } from '@longwire/protocol'
import type { Identity } from '../auth/verifier.ts'
import type { WorkTally } from '../limits/work-tally.ts'
import { Refusal } from '../refusal.ts'
import type { Alarm } from '../session/alarm.ts'
import { commandDigest } from '../session/command-digest.ts'
import type { CommandResult, RememberedCommand } from '../session/remembered-commands.ts'
import type { Session } from '../session/session.ts'
import { withCommand } from '../session/session-state.ts'
import type { Tasks } from '../task/tasks.ts'
import type { Turns } from '../turn/turns.ts'
import { answer } from './answer.ts'
import { arrange } from './arrange.ts'
import { cancel } from './cancel.ts'
import { close } from './close.ts'
import { describe } from './describe.ts'
import { input } from './input.ts'
import { schedule } from './schedule.ts'
import { unschedule } from './unschedule.ts'
import { withdraw } from './withdraw.ts'

/** What a command acts on. */
export interface CommandGround {
  readonly session: Session
  readonly turns: Turns
  readonly tasks: Tasks
  readonly alarm: Alarm
  readonly limits: Limits
  readonly tally: WorkTally
  /** False once nothing more can be said here: the server is stopping, and no other node would go on. */
  readonly takesInputs: () => boolean
}

/** Who says it. */
export type Speaker = Pick<Identity, 'principal' | 'roles' | 'verbs'>

export type SessionCommandHandler<T extends SessionCommandType> = (
  ground: CommandGround,
  command: CommandOf<T>,
  speaker: Speaker,
) => Promise<CommandResult>

const HANDLERS: { readonly [T in SessionCommandType]: SessionCommandHandler<T> } = {
  input,
  withdraw,
  arrange,
  describe,
  schedule,
  unschedule,
  cancel,
  answer,
  close,
}

/** Does it here: the same id again gets the first result, whatever connection it comes by. */
export async function performHere(
  ground: CommandGround,
  command: SessionCommand,
  speaker: Speaker,
): Promise<CommandResult> {
  const { session } = ground
  return session.mailbox.ask(async () => {
    const known = session.state.commands.find(({ id }) => id === command.id)
    if (known) {
      if (isSame(known, command)) return known.result
      throw new Refusal('id_reused', `the id ${command.id} was used in this session for another command`)
    }
    const handle = HANDLERS[command.type] as SessionCommandHandler<SessionCommandType>
    const result = await handle(ground, command, speaker)
    // Nothing of it is in the log: it is remembered for as long as the session is in memory.
    if (result.seq === undefined) session.state = withCommand(session.state, command, result)
    return result
  })
}

function isSame({ digest, result }: RememberedCommand, command: SessionCommand): boolean {
  if (digest !== commandDigest(command)) return false
  return command.type !== 'cancel' || command.turn === undefined || command.turn === result.turn
}
