import { z } from 'zod'
import {
  AgentName,
  CallId,
  CommandId,
  Delivery,
  InputId,
  Json,
  Level,
  Metadata,
  RequestId,
  SessionId,
  SpanId,
  SpanKind,
  StepId,
  TaskId,
  TurnId,
  TurnOutcome,
  Usage,
} from './common.ts'
import { InputPart, Message } from './message.ts'

// An event says what happened, and never changes. A commit has a seq of its own and is in the log;
// a draft has the seq of the commit before it and a sub, and is in no log.

const seq = z.int().min(0).describe('the number of the commit, or for a draft of the commit before it')
const at = z.number().describe('milliseconds since 1970')
const turn = TurnId.optional()
const step = StepId.optional()

/** Set on the commit that a command of a client made, so that the same command again finds its first result. */
const command = CommandId.optional().describe('the command that made this commit')

function commit<T extends string, F extends z.ZodRawShape>(type: T, fields: F) {
  const base = z.object({ type: z.literal(type), seq, at, turn, step })
  return base.extend(fields).meta({ title: type, kind: 'commit' })
}

function draft<T extends string, F extends z.ZodRawShape>(type: T, fields: F) {
  const sub = z.int().min(1).describe('which draft after that commit')
  const base = z.object({ type: z.literal(type), seq, sub, at, turn, step })
  return base.extend(fields).meta({ title: type, kind: 'draft' })
}

export const ToolDescription = z.object({
  name: z.string(),
  title: z.string().optional(),
  description: z.string().optional(),
  inputSchema: Json.optional().describe('JSON Schema of the input'),
})
export type ToolDescription = z.infer<typeof ToolDescription>

export const RequestKind = z.enum(['approval', 'form', 'choice', 'client-tool'])
export type RequestKind = z.infer<typeof RequestKind>

export const Answer = z
  .union([
    z.object({ approved: z.boolean(), reason: z.string().optional(), editedInput: Json.optional() }),
    z.object({ action: z.enum(['accept', 'decline', 'cancel']), content: Json.optional() }),
  ])
  .describe('what a person answered')
export type Answer = z.infer<typeof Answer>

export const Failure = z.object({
  code: z.string().describe('why, as a word of the failure table'),
  message: z.string(),
  retryable: z.boolean().describe('whether the same input may well succeed when it is sent again'),
})
export type Failure = z.infer<typeof Failure>

const span = {
  span: SpanId,
  parent: SpanId.optional(),
  level: Level,
  kind: SpanKind,
  label: z.string(),
  detail: Json.optional(),
}
const fraction = z.number().min(0).max(1).optional().describe('how much is done, 0 to 1')

/** The schema of each kind of event. The order is the order of the reference page. */
export const EVENTS = {
  'session.opened': commit('session.opened', {
    session: SessionId,
    agent: AgentName,
    tools: z.array(ToolDescription),
    metadata: Metadata,
    command,
  }),
  'session.closed': commit('session.closed', { reason: z.string(), command }),
  'input.accepted': commit('input.accepted', {
    input: InputId,
    delivery: Delivery,
    text: z.string().optional(),
    parts: z.array(InputPart).optional(),
    context: Json.optional(),
    by: z.string(),
    command,
  }),
  'input.applied': commit('input.applied', { input: InputId, turn: TurnId, step }),
  'input.returned': commit('input.returned', {
    input: InputId,
    reason: z.enum(['withdrawn', 'turn_ended', 'expired']),
    command,
  }),
  'turn.started': commit('turn.started', {
    turn: TurnId,
    cause: z.enum(['input', 'task', 'schedule']),
    inputs: z.array(InputId),
    attempt: z.int().min(1),
  }),
  'chunk.text': draft('chunk.text', { turn: TurnId, step: StepId, part: z.string(), text: z.string() }),
  'chunk.reasoning': draft('chunk.reasoning', { turn: TurnId, step: StepId, part: z.string(), text: z.string() }),
  'chunk.tool': draft('chunk.tool', {
    turn: TurnId,
    step: StepId,
    call: CallId,
    name: z.string(),
    input: z.string().describe('JSON text that is added to the input so far'),
  }),
  'message.committed': commit('message.committed', {
    turn: TurnId,
    step: StepId,
    message: Message,
    usage: Usage.optional(),
    partial: z.boolean().optional().describe('a person stopped it here'),
  }),
  'tool.started': commit('tool.started', {
    turn: TurnId,
    call: CallId,
    name: z.string(),
    title: z.string().optional(),
    input: Json,
  }),
  'tool.finished': commit('tool.finished', {
    turn: TurnId,
    call: CallId,
    outcome: z.enum(['ok', 'error', 'denied', 'cancelled']),
    output: Json.optional(),
    error: z.string().optional(),
    tookMs: z.number().min(0),
  }),
  'step.finished': commit('step.finished', {
    turn: TurnId,
    step: StepId,
    name: z.string(),
    output: Json.optional(),
    tookMs: z.number().min(0),
  }),
  'trace.progress': draft('trace.progress', {
    ...span,
    fraction,
    startedAt: z.number().optional(),
  }),
  'trace.span': commit('trace.span', {
    ...span,
    fraction,
    outcome: z.enum(['ok', 'error', 'cancelled']),
    startedAt: z.number(),
    tookMs: z.number().min(0),
  }),
  'control.requested': commit('control.requested', {
    request: RequestId,
    kind: RequestKind,
    message: z.string(),
    call: CallId.optional(),
    input: Json.optional(),
    schema: Json.optional(),
    options: z.array(z.object({ value: z.string(), label: z.string(), description: z.string().optional() })).optional(),
    expiresAt: z.number().optional(),
    onExpiry: z.enum(['deny', 'approve', 'fail', 'escalate']).optional(),
  }),
  'control.settled': commit('control.settled', {
    request: RequestId,
    outcome: z.enum(['answered', 'expired', 'withdrawn']),
    answer: Answer.optional(),
    by: z.string().optional(),
    command,
  }),
  'step.rolledback': commit('step.rolledback', { turn: TurnId, step: StepId, reason: z.string() }),
  'task.started': commit('task.started', { task: TaskId, label: z.string() }),
  'task.finished': commit('task.finished', {
    task: TaskId,
    outcome: z.enum(['ok', 'error', 'cancelled']),
    result: Json.optional(),
  }),
  'task.progress': draft('task.progress', { task: TaskId, fraction, label: z.string().optional() }),
  'turn.ended': commit('turn.ended', {
    turn: TurnId,
    outcome: TurnOutcome,
    finishReason: z.string(),
    usage: Usage.optional(),
    error: Failure.optional(),
    command,
  }),
} as const

export type EventType = keyof typeof EVENTS
export type EventOf<T extends EventType> = z.infer<(typeof EVENTS)[T]>
export type SessionEvent = { [T in EventType]: EventOf<T> }[EventType]

export type DraftType = 'chunk.text' | 'chunk.reasoning' | 'chunk.tool' | 'trace.progress' | 'task.progress'
export type CommitType = Exclude<EventType, DraftType>
export type Draft = EventOf<DraftType>
export type Commit = EventOf<CommitType>

/** A commit before the log has given it its number. */
export type NewCommit = { [T in CommitType]: Omit<EventOf<T>, 'seq'> }[CommitType]

const members = Object.values(EVENTS) as [(typeof EVENTS)[EventType], ...(typeof EVENTS)[EventType][]]
/** Any event of this version. An event of an unknown type is not an error: pass it on as it is. */
export const SessionEvent = z.discriminatedUnion('type', members)
