import { z } from 'zod'
import {
  AgentName,
  Channel,
  CommandId,
  InputId,
  Json,
  PlaceText,
  ScheduleId,
  SessionId,
  SessionStatus,
  TurnId,
} from './common.ts'
import { ERRORS, type ErrorCode } from './errors.ts'

function frame<T extends string, F extends z.ZodRawShape>(type: T, says: string, fields: F) {
  return z.object({ type: z.literal(type), ...fields }).meta({ title: type, description: says })
}

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]
const id = CommandId.optional().describe('the command that this answers')
const ch = Channel.optional()
const expiresAt = z.number().optional()

export const Viewer = z
  .object({
    viewer: z.string().describe('names the line, for as long as it lasts'),
    principal: z.string(),
    name: z.string().optional().describe('what people call it, where its identity says so'),
    since: z.number().describe('milliseconds since 1970'),
    watches: z.literal(true).optional().describe('it may do nothing but observe'),
    you: z.literal(true).optional().describe('the line that this is sent on'),
  })
  .describe('somebody who reads the session now')
export type Viewer = z.infer<typeof Viewer>

/** The schema of each frame that is not an event. Events travel as they are, with `ch` in front. */
export const FRAMES = {
  welcome: frame('welcome', 'The server knows who asks, and takes commands.', {
    id,
    protocol: z.literal(1),
    connection: z.string().describe('the id of this connection, as the log of the server names it'),
    principal: z.string().describe('who asks, as the server sees it'),
    heartbeatMs: z.int().describe('a line on which nothing came for twice as long is dead'),
    limits: z.record(z.string(), z.number()).describe('the bounds in force, by name'),
    expiresAt: expiresAt.describe('milliseconds since 1970: the identity of the connection ends then, unless renewed'),
  }),
  ok: frame('ok', 'The command is done. The fields beside `id` say what it made.', {
    id: CommandId,
    ch,
    seq: z.int().optional().describe('the commit that holds the command'),
    session: SessionId.optional(),
    input: InputId.optional(),
    turn: TurnId.optional(),
    schedule: ScheduleId.optional(),
    expiresAt: expiresAt.describe('of `renew`: milliseconds since 1970 when the fresh identity ends'),
  }),
  error: frame(
    'error',
    'A command was refused, or with neither `id` nor `ch`, something is wrong with the connection.',
    {
      id,
      ch,
      code: z.enum(codes).describe('why, as a word of the error table'),
      message: z.string().describe('why, for people: what was asked, and why not'),
      retry: z.enum(['never', 'now', 'later', 'new-identity']).describe('whether coming back helps'),
      retryAfterMs: z.number().optional().describe('with `later`: not before'),
      outcome: Json.optional().describe('with `already_settled`: how the request was settled'),
    },
  ),
  attached: frame('attached', 'The client reads the session from here on.', {
    id: CommandId,
    ch: Channel,
    session: SessionId,
    agent: AgentName,
    head: z.int().describe('the last commit of the log'),
    log: z.string().describe('the identity of the log: another one means that history may have been lost'),
    status: SessionStatus,
    recovered: z
      .enum(['replay', 'snapshot', 'reset'])
      .describe('replay: all after the place follows; snapshot: a view comes first; reset: and drop what you had'),
  }),
  snapshot: frame('snapshot', 'The view of the session, in the place of the events that led to it.', {
    ch,
    at: PlaceText.describe('the place of the view: events go on after it'),
    view: Json.describe('committed, and drafts marked as such'),
  }),
  presence: frame('presence', 'Who reads the session now, for a reader that asked: in no log, and at no place.', {
    ch,
    viewers: z.array(Viewer).describe('one for each line, those who came first before the others'),
    more: z.int().min(1).optional().describe('how many more there are than are named'),
  }),
  heartbeat: frame('heartbeat', 'Nothing else was sent for `heartbeatMs`.', {}),
  pong: frame('pong', 'The answer to `ping`.', { id: CommandId }),
  goaway: frame('goaway', 'This node is stopping.', {
    reason: z.string(),
    reconnectInMs: z.number().describe('when to come back; each client is given another delay'),
  }),
} as const

export type FrameType = keyof typeof FRAMES
export type FrameOf<T extends FrameType> = z.infer<(typeof FRAMES)[T]>
export type Frame = { [T in FrameType]: FrameOf<T> }[FrameType]
export type Ok = FrameOf<'ok'>
export type ErrorFrame = FrameOf<'error'>
export type Recovered = FrameOf<'attached'>['recovered']

const members = Object.values(FRAMES) as [(typeof FRAMES)[FrameType], ...(typeof FRAMES)[FrameType][]]
export const Frame = z.discriminatedUnion('type', members)
