import { z } from 'zod'
import { parsePlace } from './place.ts'

// Ids are opaque to a client. The server makes most of them from the place where the thing began, so they read well in a log.
const id = (what: string) => z.string().min(1).max(128).describe(what)

export const CommandId = id('chosen by the client; the same id again gets the first result')
export const SessionId = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[A-Za-z0-9][A-Za-z0-9._:-]*$/)
  .describe('the id of a session')
export const AgentName = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_.-]*$/)
  .describe('the name of an agent')
export const TurnId = id('the id of a turn, unique in its session')
export const StepId = id('the id of a step, unique in its session')
export const InputId = id('the id of an input, unique in its session')
export const RequestId = id('the id of a request, unique in its session')
export const CallId = id('the id of a tool call, unique in its session')
export const SpanId = id('the id of a span of the trace, unique in its session')
export const TaskId = id('the id of a background task, unique in its session')
export const ScheduleId = id('the id of a schedule, unique in its session')
export const Channel = z.int().min(0).max(2_147_483_647).describe('the number of an attachment on its connection')
export const PlaceText = z
  .string()
  .refine((text) => parsePlace(text) !== undefined, 'not a place: "17", or "17.3"')
  .meta({ description: 'a place: "17" or "17.3"', pattern: '^(0|[1-9][0-9]{0,15})(\\.[1-9][0-9]{0,15})?$' })

export const Level = z.enum(['milestone', 'step', 'detail', 'debug']).describe('how fine a span of the trace is')
export type Level = z.infer<typeof Level>

export const SpanKind = z
  .enum(['model', 'tool', 'search', 'rationale', 'wait', 'custom'])
  .describe('what the agent is at while the span is open')
export type SpanKind = z.infer<typeof SpanKind>

/** What a JSON document can hold. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }
export const Json: z.ZodType<Json> = z.json()

export const Metadata = z.record(z.string().max(128), Json)
export type Metadata = z.infer<typeof Metadata>

export const Usage = z
  .object({
    inputTokens: z.number().min(0).optional(),
    outputTokens: z.number().min(0).optional().describe('reasoning among them'),
    reasoningTokens: z.number().min(0).optional(),
    cachedInputTokens: z.number().min(0).optional().describe('those of the input that were read from a cache'),
    cost: z.number().min(0).optional().describe('in the currency of the price list the operator gave'),
  })
  .describe('what model calls used')
export type Usage = z.infer<typeof Usage>

export const Delivery = z
  .enum(['queue', 'steer', 'interrupt'])
  .describe(
    'queue: the next turn; steer: the running turn at its next step boundary; interrupt: cancel it and start one',
  )
export type Delivery = z.infer<typeof Delivery>

export const SessionStatus = z
  .enum(['idle', 'running', 'waiting', 'closed'])
  .describe('idle: no turn; running: a turn runs; waiting: a turn waits for a person; closed')
export type SessionStatus = z.infer<typeof SessionStatus>

export const TurnOutcome = z.enum(['completed', 'failed', 'cancelled'])
export type TurnOutcome = z.infer<typeof TurnOutcome>
