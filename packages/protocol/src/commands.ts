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
  ScheduleId,
  SessionId,
  TurnId,
} from './common.ts'
import { InputPart } from './message.ts'

function command<T extends string, F extends z.ZodRawShape>(type: T, does: string, fields: F) {
  return z.object({ type: z.literal(type), id: CommandId, ...fields }).meta({ title: type, description: does })
}

/** `ch` names the attachment on a connection. Over HTTP the address names the session and `ch` is left out. */
const ch = Channel.optional()
const ticket = z.string().max(8_192).describe('a ticket that this server gave')
const trace = Level.optional().describe('spans of this level and coarser are sent; `milestone` unless given')
const presence = z.boolean().optional().describe('whether to be told who else reads the session; false unless given')
const reasoning = z.boolean().optional().describe('whether reasoning is sent; true unless given')

/** The schema of each command. The order is the order of the reference page. */
export const COMMANDS = {
  hello: command('hello', 'Says who asks, where the handshake carried no identity. Answered by `welcome`.', {
    ticket: ticket.optional(),
    versions: z.array(z.int()).optional().describe('the versions of the protocol that the client speaks'),
    client: z.string().max(256).optional().describe('what the client calls itself, for the log of the server'),
  }),
  open: command('open', 'Opens a session and attaches to it. Answered by `ok`, then by `attached`.', {
    ch: Channel,
    agent: AgentName.describe('the agent that answers in this session'),
    session: SessionId.optional().describe("an id of the client's choosing; the server makes one unless given"),
    metadata: Metadata.optional().describe('kept with the session and given to the agent'),
    trace,
    reasoning,
    presence,
  }),
  attach: command('attach', 'Reads a session from a place on. Answered by `attached`.', {
    ch: Channel,
    session: SessionId,
    after: PlaceText.optional().describe('the place that the client has; without it a `snapshot` comes first'),
    log: z
      .string()
      .max(256)
      .optional()
      .describe('what `attached` said with that place, so that lost history is noticed'),
    trace,
    reasoning,
    presence,
  }),
  detach: command('detach', 'Stops reading. The session goes on, and `ch` is free again.', { ch: Channel }),
  input: command('input', 'Says something to the agent. At least one of `text`, `parts` and `context` is given.', {
    ch,
    text: z.string().optional(),
    parts: z.array(InputPart).max(64).optional(),
    delivery: Delivery.optional(),
    context: Json.optional().describe('what the agent should know and the person did not say; alone it starts no turn'),
  }),
  withdraw: command('withdraw', 'Takes back an input that is not applied yet.', { ch, input: InputId }),
  arrange: command('arrange', 'Puts the inputs that wait into another order.', {
    ch,
    inputs: z.array(InputId).min(1).max(1_000).describe('some or all of those that wait: they go first, in this order'),
  }),
  describe: command('describe', 'Changes what is kept with the session: its `title`, for one.', {
    ch,
    metadata: Metadata.describe('these fields take the place of those of the same name; null takes one away'),
  }),
  schedule: command(
    'schedule',
    'Lets a turn begin by itself at a time, once or again and again. At least one of `at` and `everyMs` is given.',
    {
      ch,
      at: z.int().min(0).optional().describe('milliseconds since 1970: when it comes due for the first time'),
      everyMs: z.int().min(1_000).optional().describe('milliseconds between one time and the next; once unless given'),
      label: z
        .string()
        .min(1)
        .max(256)
        .optional()
        .describe('what a person reads; the beginning of `text` unless given'),
      text: z.string().min(1).max(65_536).optional().describe('what the agent is told then'),
      context: Json.optional().describe('what the agent should know then and the person did not say'),
    },
  ),
  unschedule: command('unschedule', 'Takes back a schedule, of whoever set it.', { ch, schedule: ScheduleId }),
  cancel: command(
    'cancel',
    'Stops the running turn. What it said so far is kept, marked `partial`. The session stays.',
    {
      ch,
      turn: TurnId.optional().describe('only this turn is stopped; the running one unless given'),
    },
  ),
  answer: command(
    'answer',
    'Answers a request of the agent: with `approved`, or with `action`. The first answer wins.',
    {
      ch,
      request: RequestId,
      approved: z.boolean().optional(),
      reason: z.string().max(4_096).optional().describe('why, in the words of the person'),
      editedInput: Json.optional().describe('the input that the call shall run with instead'),
      action: z.enum(['accept', 'decline', 'cancel']).optional(),
      hash: z
        .string()
        .max(128)
        .optional()
        .describe('`hash` of the request as the person saw it; another one is refused'),
      content: Json.optional().describe('what was filled in, chosen, or done by the client'),
    },
  ),
  close: command('close', 'Ends the session. Its log can still be read.', { ch }),
  renew: command('renew', 'Gives the connection a fresh identity of the same principal.', { ticket }),
  ping: command('ping', 'Asks for a `pong`.', {}),
} as const

export type CommandType = keyof typeof COMMANDS
export type CommandOf<T extends CommandType> = z.infer<(typeof COMMANDS)[T]>
export type Command = { [T in CommandType]: CommandOf<T> }[CommandType]

/** The commands that speak to a session, over any wire. The others speak to a connection. */
export const SESSION_COMMANDS = [
  'input',
  'withdraw',
  'arrange',
  'describe',
  'schedule',
  'unschedule',
  'cancel',
  'answer',
  'close',
] as const
export type SessionCommandType = (typeof SESSION_COMMANDS)[number]
export type SessionCommand = CommandOf<SessionCommandType>

const members = Object.values(COMMANDS) as [(typeof COMMANDS)[CommandType], ...(typeof COMMANDS)[CommandType][]]
export const Command = z.discriminatedUnion('type', members)
