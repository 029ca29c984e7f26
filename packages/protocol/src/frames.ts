import { z } from 'zod'
import { AgentName, Channel, CommandId, InputId, Json, PlaceText, SessionId, SessionStatus, TurnId } from './common.ts'
import { ERRORS, type ErrorCode } from './errors.ts'

function frame<T extends string, F extends z.ZodRawShape>(type: T, fields: F) {
  return z.object({ type: z.literal(type), ...fields }).meta({ title: type })
}

const codes = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]]
const id = CommandId.optional()
const ch = Channel.optional()

/** The schema of each frame that is not an event. Events travel as they are, with `ch` in front. */
export const FRAMES = {
  welcome: frame('welcome', {
    id,
    protocol: z.literal(1),
    connection: z.string(),
    principal: z.string(),
    heartbeatMs: z.int(),
    limits: z.record(z.string(), z.number()),
  }),
  ok: frame('ok', {
    id: CommandId,
    ch,
    seq: z.int().optional().describe('the commit that holds the command'),
    session: SessionId.optional(),
    input: InputId.optional(),
    turn: TurnId.optional(),
  }),
  error: frame('error', {
    id,
    ch,
    code: z.enum(codes),
    message: z.string(),
    retry: z.enum(['never', 'now', 'later', 'new-identity']),
    retryAfterMs: z.number().optional(),
    outcome: Json.optional().describe('with already_settled: how the request was settled'),
  }),
  attached: frame('attached', {
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
  snapshot: frame('snapshot', { ch, at: PlaceText, view: Json }),
  heartbeat: frame('heartbeat', {}),
  pong: frame('pong', { id: CommandId }),
  goaway: frame('goaway', { reason: z.string(), reconnectInMs: z.number() }),
} as const

export type FrameType = keyof typeof FRAMES
export type FrameOf<T extends FrameType> = z.infer<(typeof FRAMES)[T]>
export type Frame = { [T in FrameType]: FrameOf<T> }[FrameType]
export type Ok = FrameOf<'ok'>
export type ErrorFrame = FrameOf<'error'>
export type Recovered = FrameOf<'attached'>['recovered']

const members = Object.values(FRAMES) as [(typeof FRAMES)[FrameType], ...(typeof FRAMES)[FrameType][]]
export const Frame = z.discriminatedUnion('type', members)
