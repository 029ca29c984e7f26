import { z } from 'zod'
import {
  AgentName,
  Channel,
  CommandId,
  Delivery,
  InputId,
  Json,
  Level,
  Metadata,
  PlaceText,
  RequestId,
  SessionId,
  TurnId,
} from './common.ts'
import { InputPart } from './message.ts'

function command<T extends string, F extends z.ZodRawShape>(type: T, fields: F) {
  return z.object({ type: z.literal(type), id: CommandId, ...fields }).meta({ title: type })
}

/** `ch` names the attachment on a connection. Over HTTP the address names the session and `ch` is left out. */
const ch = Channel.optional()

/** The schema of each command. The order is the order of the reference page. */
export const COMMANDS = {
  hello: command('hello', {
    ticket: z.string().max(8_192).optional(),
    versions: z.array(z.int()).optional(),
    client: z.string().max(256).optional(),
  }),
  open: command('open', {
    ch: Channel,
    agent: AgentName,
    session: SessionId.optional(),
    metadata: Metadata.optional(),
    trace: Level.optional(),
    reasoning: z.boolean().optional(),
  }),
  attach: command('attach', {
    ch: Channel,
    session: SessionId,
    after: PlaceText.optional(),
    log: z.string().max(256).optional(),
    trace: Level.optional(),
    reasoning: z.boolean().optional(),
  }),
  detach: command('detach', { ch: Channel }),
  input: command('input', {
    ch,
    text: z.string().optional(),
    parts: z.array(InputPart).max(64).optional(),
    delivery: Delivery.optional(),
    context: Json.optional(),
  }),
  withdraw: command('withdraw', { ch, input: InputId }),
  cancel: command('cancel', { ch, turn: TurnId.optional() }),
  answer: command('answer', {
    ch,
    request: RequestId,
    approved: z.boolean().optional(),
    reason: z.string().max(4_096).optional(),
    editedInput: Json.optional(),
    action: z.enum(['accept', 'decline', 'cancel']).optional(),
    content: Json.optional(),
  }),
  close: command('close', { ch }),
  renew: command('renew', { ticket: z.string().max(8_192) }),
  ping: command('ping', {}),
} as const

export type CommandType = keyof typeof COMMANDS
export type CommandOf<T extends CommandType> = z.infer<(typeof COMMANDS)[T]>
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType]

/** The commands that speak to a session, over any wire. The others speak to a connection. */
export const SESSION_COMMANDS = ['input', 'withdraw', 'cancel', 'answer', 'close'] as const
export type SessionCommandType = (typeof SESSION_COMMANDS)[number]
export type SessionCommand = CommandOf<SessionCommandType>

const members = Object.values(COMMANDS) as [(typeof COMMANDS)[CommandType], ...(typeof COMMANDS)[CommandType][]]
export const Command = z.discriminatedUnion('type', members)
