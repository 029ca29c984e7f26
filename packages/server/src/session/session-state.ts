import type {
  Answer,
  Commit,
  Delivery,
  EventOf,
  InputPart,
  Json,
  Metadata,
  RequestKind,
  SessionCommand,
  SessionStatus,
} from '@longwire/protocol'
import { LIMITS } from '@longwire/protocol'
import { commandDigest } from './command-digest.ts'

/*  What a session has to remember to decide: a fold of its log, small whatever the length of the log.

      idle ──input──► running ──request──► waiting          any ──close──► closed
        ▲               │  ▲                  │
        └──turn ended───┘  └─────settled──────┘                                     */

export interface SessionState {
  readonly metadata: Metadata
  /** The turn that runs or waits. */
  readonly turn?: OpenTurn | undefined
  /** Inputs not yet applied, in order of arrival. */
  readonly waiting: readonly WaitingInput[]
  readonly requests: readonly OpenRequest[]
  /** The last requests that were settled, newest last: what a late answer is told. */
  readonly settled: readonly SettledRequest[]
  /** The last commands and their first results, newest last. */
  readonly commands: readonly RememberedCommand[]
  readonly closed: boolean
}

export interface OpenTurn {
  readonly turn: string
  readonly attempt: number
  readonly startedAt: number
  /** The highest number of a step of this turn in the log; steps are numbered in the order in which they begin. */
  readonly lastStep: number
  /** Tool calls that have started and not finished. */
  readonly calls: readonly { readonly call: string; readonly startedAt: number }[]
}

export interface WaitingInput {
  readonly input: string
  readonly delivery: Delivery
  readonly text?: string | undefined
  readonly parts?: InputPart[] | undefined
  readonly context?: Json | undefined
  readonly by: string
}

export interface OpenRequest {
  readonly request: string
  readonly kind: RequestKind
  readonly message: string
  readonly turn?: string | undefined
  readonly call?: string | undefined
  readonly expiresAt?: number | undefined
}

export interface SettledRequest {
  readonly request: string
  readonly outcome: EventOf<'control.settled'>['outcome']
  readonly answer?: Answer | undefined
  readonly by?: string | undefined
}

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
}

export const NEW_SESSION: SessionState = {
  metadata: {},
  waiting: [],
  requests: [],
  settled: [],
  commands: [],
  closed: false,
}

const REMEMBERED_SETTLED = 200

/** The status a session has in this state. An input that can start a turn counts as running: a turn is about to. */
export function statusOf(state: SessionState): SessionStatus {
  if (state.closed) return 'closed'
  if (state.turn) return state.requests.length > 0 ? 'waiting' : 'running'
  return state.waiting.some(startsTurn) ? 'running' : 'idle'
}

/** Context alone waits for a turn; it does not start one. */
export function startsTurn(input: Pick<WaitingInput, 'text' | 'parts'>): boolean {
  return input.text !== undefined || (input.parts !== undefined && input.parts.length > 0)
}

/** The state after one more commit. Events that decide nothing return the same object. */
export function foldState(state: SessionState, event: Commit): SessionState {
  const next = apply(state, event)
  const command = 'command' in event ? event.command : undefined
  return command === undefined ? next : remember(next, rememberedOf(command, event))
}

function apply(state: SessionState, event: Commit): SessionState {
  switch (event.type) {
    case 'session.opened':
      return { ...state, metadata: event.metadata }
    case 'session.closed':
      return { ...state, closed: true }
    case 'input.accepted': {
      const { input, delivery, text, parts, context, by } = event
      return { ...state, waiting: [...state.waiting, { input, delivery, text, parts, context, by }] }
    }
    case 'input.applied':
    case 'input.returned':
      return { ...state, waiting: state.waiting.filter(({ input }) => input !== event.input) }
    case 'inputs.arranged': {
      const place = ({ input }: WaitingInput) => event.inputs.indexOf(input)
      return { ...state, waiting: [...state.waiting].sort((a, b) => place(a) - place(b)) }
    }
    case 'turn.started':
      return nameTurn({ ...state, turn: opened(event) }, event)
    case 'turn.ended':
      return { ...state, turn: undefined, requests: state.requests.filter(({ turn }) => turn !== event.turn) }
    case 'tool.started':
      return withTurn(state, (turn) => ({
        calls: [...turn.calls, { call: event.call, startedAt: event.at }],
        lastStep: Math.max(turn.lastStep, stepNumber(event.step)),
      }))
    case 'tool.finished':
      return withTurn(state, (turn) => ({ calls: turn.calls.filter(({ call }) => call !== event.call) }))
    case 'message.committed':
    case 'step.finished':
    case 'step.rolledback':
      return withTurn(state, (turn) => ({ lastStep: Math.max(turn.lastStep, stepNumber(event.step)) }))
    case 'control.requested': {
      const { request, kind, message, turn, call, expiresAt } = event
      return { ...state, requests: [...state.requests, { request, kind, message, turn, call, expiresAt }] }
    }
    case 'control.settled': {
      const { request, outcome, answer, by } = event
      const settled = [...state.settled, { request, outcome, answer, by }].slice(-REMEMBERED_SETTLED)
      return { ...state, requests: state.requests.filter((open) => open.request !== request), settled }
    }
    default:
      return state
  }
}

function opened({ turn, attempt, at }: EventOf<'turn.started'>): OpenTurn {
  return { turn, attempt, startedAt: at, lastStep: 0, calls: [] }
}

function withTurn(state: SessionState, change: (turn: OpenTurn) => Partial<OpenTurn>): SessionState {
  return state.turn ? { ...state, turn: { ...state.turn, ...change(state.turn) } } : state
}

/** The input that started this turn at once was answered with the turn: its command is remembered so. */
function nameTurn(state: SessionState, event: EventOf<'turn.started'>): SessionState {
  const last = state.commands.at(-1)
  if (last?.result.input === undefined || last.result.seq !== event.seq - 1) return state
  if (!event.inputs.includes(last.result.input)) return state
  const named = { ...last, result: { ...last.result, turn: event.turn } }
  return { ...state, commands: [...state.commands.slice(0, -1), named] }
}

/** The state once this command was done without a commit of its own. */
export function withCommand(state: SessionState, command: SessionCommand, result: CommandResult): SessionState {
  return remember(state, { id: command.id, digest: commandDigest(command), result })
}

function remember(state: SessionState, command: RememberedCommand): SessionState {
  const { id } = command
  const kept = state.commands.filter((each) => each.id !== id)
  return { ...state, commands: [...kept, command].slice(-LIMITS.rememberedCommands) }
}

function rememberedOf(id: string, event: Commit): RememberedCommand {
  return { id, digest: commandDigest(event), result: resultOf(event) }
}

function resultOf(event: Commit): CommandResult {
  const { seq } = event
  switch (event.type) {
    case 'session.opened':
      return { seq, session: event.session }
    case 'input.accepted':
    case 'input.returned':
      return { seq, input: event.input }
    case 'turn.ended':
      return { seq, turn: event.turn }
    default:
      return { seq }
  }
}

/** Steps are named `<turn>.<number>`; 0 for a step of another name. */
export function stepNumber(step: string | undefined): number {
  const number = Number(step?.slice(step.lastIndexOf('.') + 1))
  return Number.isSafeInteger(number) && number > 0 ? number : 0
}
