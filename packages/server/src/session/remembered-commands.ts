import { type Commit, type EventOf, LIMITS } from '@longwire/protocol'
import { commandDigest } from './command-digest.ts'

/** A command that was done, so that the same command again gets the same answer. */
export interface RememberedCommand {
  readonly id: string
  readonly digest: string
  readonly result: CommandResult
}

/** What a command made: the fields of its `ok`. */
export interface CommandResult {
  readonly seq?: number
  readonly session?: string
  readonly input?: string
  readonly turn?: string
  readonly schedule?: string
}

/** The last commands, newest last. */
export function remember(
  commands: readonly RememberedCommand[],
  command: RememberedCommand,
): readonly RememberedCommand[] {
  const kept = commands.filter(({ id }) => id !== command.id)
  return [...kept, command].slice(-LIMITS.rememberedCommands)
}

/** The command that made this commit, and what it was answered. */
export function rememberedOf(id: string, event: Commit): RememberedCommand {
  return { id, digest: commandDigest(event), result: resultOf(event) }
}

/** The input that started this turn at once was answered with the turn: its command is remembered so. */
export function nameTurn(
  commands: readonly RememberedCommand[],
  event: EventOf<'turn.started'>,
): readonly RememberedCommand[] {
  const last = commands.at(-1)
  if (last?.result.input === undefined || last.result.seq !== event.seq - 1) return commands
  if (!event.inputs.includes(last.result.input)) return commands
  return [...commands.slice(0, -1), { ...last, result: { ...last.result, turn: event.turn } }]
}

function resultOf(event: Commit): CommandResult {
  const { seq } = event
  switch (event.type) {
    case 'session.opened':
      return { seq, session: event.session }
    case 'input.accepted':
    case 'input.returned':
      return { seq, input: event.input }
    case 'schedule.set':
    case 'schedule.ended':
      return { seq, schedule: event.schedule }
    case 'turn.stopping':
    case 'turn.ended':
      return { seq, turn: event.turn }
    default:
      return { seq }
  }
}
