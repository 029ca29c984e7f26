import type { Command } from '@longwire/protocol'
import { COMMANDS, Command as CommandSchema } from '@longwire/protocol/schemas'
import { Refusal } from '../refusal.ts'

/** A frame that could not be taken, with what of it can be answered to. */
export interface Unreadable {
  readonly refusal: Refusal
  readonly id?: string | undefined
  readonly ch?: number | undefined
}

export type ReadCommand = { readonly command: Command } | { readonly unreadable: Unreadable }

/** What an answer to a frame needs to know of it. */
export type Address = Pick<Unreadable, 'id' | 'ch'>

/** Reads one frame as a command, or says what is wrong with it. */
export function readCommand(frame: string): ReadCommand {
  const value = parsed(frame)
  if (value === undefined) return { unreadable: { refusal: new Refusal('bad_frame', 'the frame is not JSON') } }
  return readCommandValue(value)
}

/** Where the answer to a frame goes that nobody looks at any closer. */
export function readAddress(frame: string): Address {
  const value = parsed(frame)
  return value === null || typeof value !== 'object' ? {} : addressIn(value as Record<string, unknown>)
}

function parsed(frame: string): unknown {
  try {
    return JSON.parse(frame)
  } catch {
    return undefined
  }
}

function addressIn({ id, ch }: Readonly<Record<string, unknown>>): Address {
  return {
    ...(typeof id === 'string' && id.length <= 128 ? { id } : {}),
    ...(typeof ch === 'number' && Number.isSafeInteger(ch) ? { ch } : {}),
  }
}

export function readCommandValue(value: unknown): ReadCommand {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    return { unreadable: { refusal: new Refusal('bad_frame', 'the frame is not a JSON object') } }
  }
  const { type } = value as Record<string, unknown>
  const address = addressIn(value as Record<string, unknown>)
  if (typeof type !== 'string') {
    return { unreadable: { ...address, refusal: new Refusal('bad_field', 'the frame has no type') } }
  }
  if (!Object.hasOwn(COMMANDS, type)) {
    const known = Object.keys(COMMANDS).join(', ')
    const message = `no command has the type ${JSON.stringify(type.slice(0, 64))}; there are ${known}`
    return { unreadable: { ...address, refusal: new Refusal('unknown_command', message) } }
  }
  const parsed = CommandSchema.safeParse(value)
  if (parsed.success) return { command: parsed.data as Command }
  const issue = parsed.error.issues[0]!
  const message = `${type}: ${issue.path.join('.') || 'the frame'}: ${issue.message}`
  return { unreadable: { ...address, refusal: new Refusal('bad_field', message) } }
}
