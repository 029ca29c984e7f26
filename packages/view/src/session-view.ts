import type {
  Answer,
  Delivery,
  EventOf,
  Failure,
  InputPart,
  Json,
  Level,
  Metadata,
  RequestKind,
  SessionStatus,
  SpanKind,
  ToolDescription,
  TurnOutcome,
  Usage,
} from '@longwire/protocol'

// The log folded for a person: committed + draft. Plain data, immutable, the same in a server, a browser and a test.
// What is a draft says so: `draft: true`. It goes away when its step is committed or rolled back.

export interface SessionView {
  /** The place this view stands at, as text: "17.3". */
  readonly at: string
  readonly session: string
  readonly agent: string
  readonly status: SessionStatus
  readonly metadata: Metadata
  readonly tools: readonly ToolDescription[]
  /** Turns, oldest first. A view may begin later than its session: see `earlier`. */
  readonly turns: readonly TurnView[]
  /** How many turns came before the first one here. */
  readonly earlier: number
  /** Inputs that wait to be applied, in order of arrival. */
  readonly waiting: readonly InputView[]
  /** Requests that wait for a person, oldest first. */
  readonly requests: readonly RequestView[]
  readonly tasks: readonly TaskView[]
  /** What will begin by itself, in the order in which it was set. */
  readonly schedules: readonly ScheduleView[]
  /** Of all turns of the session. */
  readonly usage: Usage
  readonly closed?: { readonly reason: string; readonly at: number } | undefined
}

export interface TurnView {
  readonly turn: string
  readonly status: 'running' | 'waiting' | TurnOutcome
  readonly cause: EventOf<'turn.started'>['cause']
  /** With cause `task`: the background task that ended. */
  readonly task?: string | undefined
  /** With cause `schedule`: what came due. */
  readonly schedule?: string | undefined
  readonly attempt: number
  /** A person stopped it, and its tools may still end by themselves. */
  readonly stopping?: true | undefined
  /** It is run again after a crash, and has not said anything new yet. */
  readonly recovering?: true | undefined
  readonly startedAt: number
  readonly endedAt?: number | undefined
  readonly finishReason?: string | undefined
  readonly error?: Failure | undefined
  readonly usage?: Usage | undefined
  /** What was said, in order of commit, and after it what is still a draft, in order of appearance. */
  readonly messages: readonly MessageView[]
  /** The roots of the turn's trace. Spans beside each other stand in order of `startedAt`. */
  readonly trace: readonly SpanView[]
  /** Requests of this turn, open and settled. */
  readonly requests: readonly RequestView[]
}

export interface MessageView {
  /** The id of the input where `delivery` is set, else of the step that said it. */
  readonly id: string
  readonly role: 'user' | 'assistant' | 'system'
  readonly parts: readonly PartView[]
  /** Still being said: not in the log. */
  readonly draft?: true | undefined
  /** A person stopped it here. */
  readonly partial?: true | undefined
  readonly usage?: Usage | undefined
  /** When it was committed, or while it is a draft, when it last grew. */
  readonly at: number
  readonly by?: string | undefined
  /** Set on what a person sent, and only there. */
  readonly delivery?: Delivery | undefined
  readonly context?: Json | undefined
}

export type PartView =
  | { readonly type: 'text'; readonly id: string; readonly text: string; readonly provider?: Json | undefined }
  | { readonly type: 'reasoning'; readonly id: string; readonly text: string; readonly provider?: Json | undefined }
  | ToolPartView
  | Extract<InputPart, { type: 'file' }>
  | Extract<InputPart, { type: 'data' }>

/** A tool call with the states of the AI SDK. */
export interface ToolPartView {
  readonly type: 'tool'
  readonly call: string
  /** The step of the call, once it has started: a span with the same step shows it. */
  readonly step?: string | undefined
  readonly name: string
  readonly title?: string | undefined
  readonly state:
    | 'input-streaming'
    | 'input-available'
    | 'approval-requested'
    | 'approval-responded'
    | 'output-available'
    | 'output-error'
    | 'output-denied'
  /** The input once it is whole. */
  readonly input?: Json | undefined
  /** The JSON text of the input while it streams. */
  readonly inputText?: string | undefined
  readonly output?: Json | undefined
  readonly error?: string | undefined
  /** The latest request about this call: an approval, or what the client is to do. */
  readonly request?: string | undefined
  /** What the model's provider wants back with this call, opaque. */
  readonly provider?: Json | undefined
  readonly startedAt?: number | undefined
  readonly tookMs?: number | undefined
}

export interface SpanView {
  readonly span: string
  readonly parent?: string | undefined
  readonly level: Level
  readonly kind: SpanKind
  readonly label: string
  readonly detail?: Json | undefined
  readonly fraction?: number | undefined
  readonly step?: string | undefined
  /** A draft says it only where its agent did. */
  readonly startedAt?: number | undefined
  readonly tookMs?: number | undefined
  readonly outcome?: 'ok' | 'error' | 'cancelled' | undefined
  /** Still open: not in the log. */
  readonly draft?: true | undefined
  readonly children: readonly SpanView[]
}

export interface RequestView {
  readonly request: string
  readonly turn?: string | undefined
  readonly kind: RequestKind
  readonly message: string
  readonly call?: string | undefined
  readonly input?: Json | undefined
  readonly schema?: Json | undefined
  readonly options?: EventOf<'control.requested'>['options'] | undefined
  readonly expiresAt?: number | undefined
  readonly onExpiry?: EventOf<'control.requested'>['onExpiry'] | undefined
  /** The role that may answer; whoever may speak in the session where it is left out. */
  readonly to?: string | undefined
  /** Of the input. An answer that carries it is refused where the request shows another input. */
  readonly hash?: string | undefined
  readonly askedAt: number
  readonly settledAt?: number | undefined
  readonly outcome?: 'answered' | 'expired' | 'withdrawn' | undefined
  readonly answer?: Answer | undefined
  readonly by?: string | undefined
}

export interface InputView {
  readonly input: string
  readonly delivery: Delivery
  readonly text?: string | undefined
  readonly parts?: readonly InputPart[] | undefined
  readonly context?: Json | undefined
  readonly by: string
  readonly at: number
}

export interface TaskView {
  readonly task: string
  readonly label: string
  readonly startedAt: number
  readonly fraction?: number | undefined
  readonly progressLabel?: string | undefined
  readonly outcome?: 'ok' | 'error' | 'cancelled' | undefined
  readonly result?: Json | undefined
}

export interface ScheduleView {
  readonly schedule: string
  readonly label: string
  /** Milliseconds since 1970. */
  readonly next: number
  readonly everyMs?: number | undefined
  readonly input?: Json | undefined
  /** The principal, where a client set it. */
  readonly by?: string | undefined
}
