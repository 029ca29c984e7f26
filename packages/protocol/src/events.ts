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
  ScheduleId,
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
const sub = z.int().min(1).describe('which draft after that commit')
const at = z.number().describe('milliseconds since 1970')
const turn = TurnId.optional()
const step = StepId.optional()

/** Set on the commit that a command of a client made, so that the same command again finds its first result. */
const command = CommandId.optional().describe('the command that made this commit')

function commit<T extends string, F extends z.ZodRawShape>(type: T, says: string, fields: F) {
  const base = z.object({ type: z.literal(type), seq, at, turn, step })
  return base.extend(fields).meta({ title: type, description: says, kind: 'commit' })
}

function draft<T extends string, F extends z.ZodRawShape>(type: T, says: string, fields: F) {
  const base = z.object({ type: z.literal(type), seq, sub, at, turn, step })
  return base.extend(fields).meta({ title: type, description: says, kind: 'draft' })
}

export const ToolDescription = z.object({
  name: z.string(),
  title: z.string().optional().describe('what a person reads'),
  description: z.string().optional(),
  inputSchema: Json.optional().describe('JSON Schema of the input'),
})
export type ToolDescription = z.infer<typeof ToolDescription>

export const RequestKind = z
  .enum(['approval', 'form', 'choice', 'client-tool'])
  .describe('approval: may I; form: fill this in; choice: which of these; client-tool: do this and tell the result')
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
  message: z.string().describe('why, for people'),
  retryable: z.boolean().describe('whether the same input may well succeed when it is sent again'),
})
export type Failure = z.infer<typeof Failure>

const span = {
  span: SpanId,
  parent: SpanId.optional().describe('the span around it, which may come later'),
  level: Level,
  kind: SpanKind,
  label: z.string().describe('what a person reads'),
  detail: Json.optional(),
}
const fraction = z.number().min(0).max(1).optional().describe('how much is done, 0 to 1')
const startedAt = z.number().describe('milliseconds since 1970')
const tookMs = z.number().min(0).describe('milliseconds')
const part = z.string().describe('which part of the message grows: an id within the step')
const call = CallId
const toolName = z.string().describe('the name of the tool')

/** The schema of each kind of event. The order is the order of the reference page. */
export const EVENTS = {
  'session.opened': commit('session.opened', 'The session begins. The first commit of every log.', {
    session: SessionId,
    agent: AgentName,
    tools: z.array(ToolDescription).describe('what the agent can do'),
    metadata: Metadata.describe('what the client gave with `open`'),
    command,
  }),
  'session.closed': commit('session.closed', 'The session ended. Its log can still be read.', {
    reason: z.string(),
    command,
  }),
  'session.described': commit('session.described', 'What is kept with the session has changed.', {
    changes: Metadata.describe('fields of the metadata with their new values; one that is null is taken away'),
    by: z.string().describe('the principal'),
    command,
  }),
  'input.accepted': commit('input.accepted', 'A person said something. It waits to be applied.', {
    input: InputId,
    delivery: Delivery,
    text: z.string().optional(),
    parts: z.array(InputPart).optional(),
    context: Json.optional().describe('what the agent should know and the person did not say'),
    by: z.string().describe('the principal'),
    command,
  }),
  'inputs.arranged': commit('inputs.arranged', 'The inputs that wait stand in another order.', {
    inputs: z.array(InputId).describe('all that wait, in their new order'),
    named: z.int().min(1).optional().describe('so many of them were named; the others followed as they stood'),
    command,
  }),
  'input.applied': commit('input.applied', 'The input is part of a turn now.', {
    input: InputId,
    turn: TurnId,
    step: step.describe('the step at whose beginning a steering input joined'),
  }),
  'input.returned': commit('input.returned', 'The input will not be applied.', {
    input: InputId,
    reason: z.enum(['withdrawn', 'turn_ended', 'expired']),
    command,
  }),
  'turn.started': commit('turn.started', 'A turn begins, or with a higher attempt, begins again.', {
    turn: TurnId,
    cause: z.enum(['input', 'task', 'schedule']),
    inputs: z.array(InputId).describe('what it answers to'),
    attempt: z.int().min(1).describe('1, or more when the turn is run again'),
    task: TaskId.optional().describe('with cause `task`: the background task that ended'),
    schedule: ScheduleId.optional().describe('with cause `schedule`: what came due'),
    next: z.number().optional().describe('with cause `schedule`: when it comes due again'),
  }),
  'chunk.text': draft('chunk.text', 'A piece of what the agent says.', {
    turn: TurnId,
    step: StepId,
    part,
    text: z.string().describe('added to the part; it may end inside a character'),
  }),
  'chunk.reasoning': draft('chunk.reasoning', 'A piece of what the agent thinks.', {
    turn: TurnId,
    step: StepId,
    part,
    text: z.string().describe('added to the part; it may end inside a character'),
  }),
  'chunk.tool': draft('chunk.tool', 'A piece of the input of a call that the agent is writing.', {
    turn: TurnId,
    step: StepId,
    call,
    name: toolName,
    input: z.string().describe('JSON text that is added to the input so far'),
  }),
  'message.committed': commit('message.committed', 'A step said this. It takes the place of the drafts of the step.', {
    turn: TurnId,
    step: StepId,
    message: Message,
    usage: Usage.optional(),
    finishReason: z.string().optional().describe('why the model stopped here'),
    partial: z.boolean().optional().describe('a person stopped it here'),
  }),
  'tool.started': commit('tool.started', 'A tool runs.', {
    turn: TurnId,
    call,
    name: toolName,
    title: z.string().optional().describe('what a person reads'),
    input: Json.describe('what it runs with'),
    idempotent: z
      .boolean()
      .optional()
      .describe('running it twice is the same as once, so it is run again after a crash'),
  }),
  'tool.finished': commit('tool.finished', 'A call has its result. Every call that started has exactly one.', {
    turn: TurnId,
    call,
    outcome: z.enum(['ok', 'error', 'denied', 'cancelled']),
    output: Json.optional(),
    error: z.string().optional().describe('why it failed'),
    tookMs,
  }),
  'step.started': commit(
    'step.started',
    'A step begins that the log has to know of before it ends: a wait for a time, or branches side by side. Sent with `trace: debug` only.',
    {
      turn: TurnId,
      step: StepId,
      name: z.string(),
      until: z.number().optional().describe('milliseconds since 1970: the step waits for this time'),
      branches: z
        .int()
        .min(1)
        .optional()
        .describe('so many branches begin; the steps of the first are `<step>.1.1` and on'),
    },
  ),
  'step.finished': commit(
    'step.finished',
    "A step of the agent's own has its result, recorded for the case that the turn is run again. Sent with `trace: debug` only.",
    {
      turn: TurnId,
      step: StepId,
      name: z.string(),
      output: Json.optional(),
      error: Failure.optional().describe('the step failed, and the agent went on'),
      tookMs,
    },
  ),
  'trace.progress': draft('trace.progress', 'A span is open. Of the same span only the latest counts.', {
    ...span,
    fraction,
    startedAt: startedAt.optional(),
  }),
  'trace.span': commit('trace.span', 'A span has ended. It takes the place of its progress.', {
    ...span,
    fraction,
    outcome: z.enum(['ok', 'error', 'cancelled']),
    startedAt,
    tookMs,
  }),
  'control.requested': commit('control.requested', 'The agent asks a person, and the turn waits.', {
    request: RequestId,
    kind: RequestKind,
    message: z.string().describe('the question'),
    call: CallId.optional().describe('the call it is about'),
    input: Json.optional().describe('the input of that call'),
    schema: Json.optional().describe('JSON Schema of the content that a form wants'),
    options: z
      .array(z.object({ value: z.string(), label: z.string(), description: z.string().optional() }))
      .optional()
      .describe('what there is to choose from'),
    expiresAt: z.number().optional().describe('milliseconds since 1970'),
    onExpiry: z.enum(['deny', 'approve', 'fail', 'escalate']).optional(),
    to: z
      .string()
      .max(128)
      .optional()
      .describe('the role that may answer; whoever may speak in the session unless given'),
    hash: z.string().optional().describe('of the input: an answer that names another one is refused'),
  }),
  'control.settled': commit('control.settled', 'The request has its outcome. Every request has exactly one.', {
    request: RequestId,
    outcome: z.enum(['answered', 'expired', 'withdrawn']),
    answer: Answer.optional(),
    by: z.string().optional().describe('who answered'),
    command,
  }),
  'step.rolledback': commit(
    'step.rolledback',
    'The step failed. Its drafts are withdrawn, as if they were never said.',
    {
      turn: TurnId,
      step: StepId,
      reason: z.string(),
    },
  ),
  'task.started': commit('task.started', 'A background task begins. It may outlive its turn.', {
    task: TaskId,
    label: z.string().describe('what a person reads'),
    attempt: z.int().min(1).optional().describe('more than 1 when the task is run again'),
  }),
  'task.finished': commit('task.finished', 'A background task has ended.', {
    task: TaskId,
    outcome: z.enum(['ok', 'error', 'cancelled']),
    result: Json.optional(),
    speaks: z.boolean().optional().describe('a turn with cause `task` follows, in which the agent may speak of it'),
    usage: Usage.optional().describe('of its model calls'),
    toolCalls: z.int().min(1).optional().describe('how many tools it called'),
  }),
  'task.progress': draft('task.progress', 'How far a background task is. Of the same task only the latest counts.', {
    task: TaskId,
    fraction,
    label: z.string().optional().describe('what it does now'),
  }),
  'schedule.set': commit('schedule.set', 'A turn will begin by itself at a time, once or again and again.', {
    schedule: ScheduleId,
    label: z.string().describe('what a person reads'),
    next: z.number().describe('milliseconds since 1970: when it comes due'),
    everyMs: z.int().min(1_000).optional().describe('milliseconds between one time and the next; once unless given'),
    input: Json.optional().describe('what the agent is told then'),
    from: z.number().optional().describe('milliseconds since 1970: the first time, where a client named one'),
    by: z.string().optional().describe('the principal, where a client set it'),
    command,
  }),
  'schedule.ended': commit('schedule.ended', 'The schedule will not come due again.', {
    schedule: ScheduleId,
    reason: z.enum(['cancelled', 'closed']),
    command,
  }),
  'turn.stopping': commit(
    'turn.stopping',
    'A person stopped the turn. Its tools were told, and may end by themselves for a moment.',
    {
      turn: TurnId,
      command,
    },
  ),
  'turn.ended': commit('turn.ended', 'The turn is over. Every turn that started has exactly one.', {
    turn: TurnId,
    outcome: TurnOutcome,
    finishReason: z.string().describe("`stop`, `length`, `cancelled`, `error`, or a word of the model's provider"),
    usage: Usage.optional(),
    error: Failure.optional().describe('with `failed`'),
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
