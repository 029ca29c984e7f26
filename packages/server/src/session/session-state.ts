import type {
  Answer,
  Commit,
  Delivery,
  EventOf,
  InputPart,
  Json,
  Metadata,
  SessionCommand,
  SessionStatus,
  Usage,
} from '@longwire/protocol'
import { described } from '@longwire/protocol'
import { commandDigest } from './command-digest.ts'
import { begunTask, foldTask, type OpenTask } from './open-task.ts'
import { type Because, foldTurn, newTurn, type OpenTurn, workedMs } from './open-turn.ts'
import { type CommandResult, nameTurn, type RememberedCommand, remember, rememberedOf } from './remembered-commands.ts'

/*  What a session has to remember to decide: a fold of its log, small whatever the length of the log.

      idle ──input──► running ──request──► waiting          any ──close──► closed
        ▲               │  ▲                  │
        └──turn ended───┘  └─────settled──────┘                                     */

export interface SessionState {
  readonly metadata: Metadata
  /** The beginning of what was said first. */
  readonly summary?: string | undefined
  /** The turn that runs or waits. */
  readonly turn?: OpenTurn | undefined
  /** Inputs not yet applied, in order of arrival. */
  readonly waiting: readonly WaitingInput[]
  readonly requests: readonly OpenRequest[]
  /** The last requests that were settled, newest last: what a late answer is told. */
  readonly settled: readonly SettledRequest[]
  /** The last commands and their first results, newest last. */
  readonly commands: readonly RememberedCommand[]
  /** Background tasks that have not ended. */
  readonly tasks: readonly OpenTask[]
  readonly schedules: readonly Schedule[]
  /** Background tasks that have ended and of which the agent has yet to speak. */
  readonly unspoken: readonly EndedTask[]
  /** What all turns so far used. */
  readonly used: Used
  readonly closed: boolean
}

export interface EndedTask {
  readonly task: string
  readonly label: string
  readonly outcome: EventOf<'task.finished'>['outcome']
  readonly result?: Json | undefined
}

export interface Schedule {
  readonly schedule: string
  readonly label: string
  /** Milliseconds since 1970. */
  readonly next: number
  readonly everyMs?: number | undefined
  readonly input?: Json | undefined
}

export interface Used {
  readonly usage: Usage
  readonly toolCalls: number
  /** Milliseconds at work, waits for people and for times left out. */
  readonly wallMs: number
}

export interface WaitingInput {
  readonly input: string
  readonly delivery: Delivery
  readonly text?: string | undefined
  readonly parts?: InputPart[] | undefined
  readonly context?: Json | undefined
  readonly by: string
}

/** A request that waits for a person, as it was made. */
export type OpenRequest = Omit<EventOf<'control.requested'>, 'type' | 'seq' | 'at'>

export interface SettledRequest {
  readonly request: string
  readonly outcome: EventOf<'control.settled'>['outcome']
  readonly answer?: Answer | undefined
  readonly by?: string | undefined
}

export const NEW_SESSION: SessionState = {
  metadata: {},
  waiting: [],
  requests: [],
  settled: [],
  commands: [],
  tasks: [],
  schedules: [],
  unspoken: [],
  used: { usage: {}, toolCalls: 0, wallMs: 0 },
  closed: false,
}

const REMEMBERED_SETTLED = 200
const SUMMARY_CHARACTERS = 200

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
  const named = event.type === 'turn.started' ? { ...next, commands: nameTurn(next.commands, event) } : next
  const command = 'command' in event ? event.command : undefined
  if (command === undefined) return named
  return { ...named, commands: remember(named.commands, rememberedOf(command, event)) }
}

/** The state once this command was done without a commit of its own. */
export function withCommand(state: SessionState, command: SessionCommand, result: CommandResult): SessionState {
  const remembered = { id: command.id, digest: commandDigest(command), result }
  return { ...state, commands: remember(state.commands, remembered) }
}

/** When this session has to be looked at though nobody speaks: milliseconds since 1970. */
export function wakeAt({ requests, turn, tasks, unspoken, schedules, closed }: SessionState): number | undefined {
  if (closed) return undefined
  // What an agent is at work on beside its turns is looked for as soon as a process starts.
  if (tasks.length > 0 || unspoken.length > 0) return 0
  const times = [
    ...requests.flatMap(({ expiresAt }) => (expiresAt === undefined ? [] : [expiresAt])),
    // While a turn runs a schedule waits for its end, and needs no alarm.
    ...(turn ? turn.sleeps.map(({ until }) => until) : schedules.map(({ next }) => next)),
  ]
  return times.length > 0 ? Math.min(...times) : undefined
}

function apply(state: SessionState, event: Commit): SessionState {
  const folded = withStep(state, event)
  switch (event.type) {
    case 'session.opened':
      return { ...state, metadata: event.metadata }
    case 'session.described':
      return { ...state, metadata: described(state.metadata, event.changes) }
    case 'session.closed':
      return { ...state, closed: true, schedules: [] }
    case 'input.accepted': {
      const { input, delivery, text, parts, context, by } = event
      const summary = state.summary ?? summaryOf(event)
      return { ...state, summary, waiting: [...state.waiting, { input, delivery, text, parts, context, by }] }
    }
    case 'input.applied':
      return joined(folded, event)
    case 'input.returned':
      return { ...state, waiting: state.waiting.filter(({ input }) => input !== event.input) }
    case 'inputs.arranged': {
      const place = ({ input }: WaitingInput) => event.inputs.indexOf(input)
      return { ...state, waiting: [...state.waiting].sort((a, b) => place(a) - place(b)) }
    }
    case 'turn.started':
      return folded === state ? came(state, event) : folded
    case 'turn.ended':
      return ended(state, event)
    case 'tool.finished':
      return { ...folded, used: { ...folded.used, toolCalls: folded.used.toolCalls + 1 } }
    case 'control.requested': {
      const { type: _, seq: __, at: ___, ...request } = event
      return { ...folded, requests: [...folded.requests, request] }
    }
    case 'control.settled': {
      const { request, outcome, answer, by } = event
      const settled = [...folded.settled, { request, outcome, answer, by }].slice(-REMEMBERED_SETTLED)
      return { ...folded, requests: folded.requests.filter((open) => open.request !== request), settled }
    }
    case 'task.started':
      return { ...folded, tasks: begunTask(folded.tasks, event) }
    case 'task.finished':
      return finished(folded, event)
    case 'schedule.set':
      return { ...folded, schedules: [...others(folded.schedules, event.schedule), scheduled(event)] }
    case 'schedule.ended':
      return { ...folded, schedules: others(folded.schedules, event.schedule) }
    default:
      return folded
  }
}

/** What the commit tells of the turn that is open, and of the background task that it is a step of. */
function withStep(state: SessionState, event: Commit): SessionState {
  const { turn, tasks, requests } = state
  const isOfTurn = turn !== undefined && event.turn === turn.turn
  const isOfTask = tasks.length > 0 && event.step !== undefined
  if (!isOfTurn && !isOfTask) return state
  const asks = requests.some((request) => request.turn === turn?.turn)
  return {
    ...state,
    turn: isOfTurn ? foldTurn(turn, event, asks) : turn,
    tasks: isOfTask ? tasks.map((task) => foldTask(task, event)) : tasks,
  }
}

/** An input leaves those that wait, and is part of the turn. */
function joined(state: SessionState, { input: id, step }: EventOf<'input.applied'>): SessionState {
  const input = state.waiting.find((each) => each.input === id)
  if (!input) return state
  const waiting = state.waiting.filter((each) => each !== input)
  const { turn } = state
  return { ...state, waiting, turn: turn && { ...turn, inputs: [...turn.inputs, { input, step }] } }
}

function ended(state: SessionState, { turn: id, usage = {}, at }: EventOf<'turn.ended'>): SessionState {
  const requests = state.requests.filter(({ turn }) => turn !== id)
  const wallMs = state.used.wallMs + (state.turn ? workedMs(state.turn, at) : 0)
  const used = { ...state.used, usage: sumUsage(state.used.usage, usage), wallMs }
  return { ...state, turn: undefined, requests, used }
}

/** The turn knows why it began: a task is spoken of now, and a schedule has its next time, or is over. */
function came(state: SessionState, { task, schedule: id, next, ...event }: EventOf<'turn.started'>): SessionState {
  const spoken = state.unspoken.find((each) => each.task === task)
  const due = state.schedules.find(({ schedule }) => schedule === id)
  const because: Because | undefined = spoken ?? (due && becauseOf(due))
  const turn = { ...newTurn({ ...event, task, schedule: id }, state.used), because }
  const unspoken = state.unspoken.filter((each) => each !== spoken)
  const schedules = state.schedules.flatMap((each) => {
    if (each.schedule !== id) return [each]
    return next === undefined ? [] : [{ ...each, next }]
  })
  return { ...state, turn, unspoken, schedules }
}

function becauseOf({ schedule, label, input }: Schedule) {
  return { schedule, label, input }
}

function finished(before: SessionState, event: EventOf<'task.finished'>): SessionState {
  const { task, outcome, result, speaks, usage = {}, toolCalls = 0 } = event
  const { used } = before
  const sum = { ...used, usage: sumUsage(used.usage, usage), toolCalls: used.toolCalls + toolCalls }
  const state = event.usage || toolCalls > 0 ? { ...before, used: sum } : before
  const ended = state.tasks.find((each) => each.task === task)
  const tasks = state.tasks.filter((each) => each !== ended)
  if (!ended || !speaks) return { ...state, tasks }
  return { ...state, tasks, unspoken: [...state.unspoken, { task, label: ended.label, outcome, result }] }
}

/** Undefined where nothing was said in words. */
function summaryOf({ text, parts = [] }: EventOf<'input.accepted'>): string | undefined {
  const said = text ?? parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join(' ')
  const line = said
    .slice(0, SUMMARY_CHARACTERS)
    .replaceAll(/[\s\0]+/g, ' ')
    .toWellFormed()
    .trim()
  return line === '' ? undefined : line
}

function others(schedules: readonly Schedule[], gone: string): readonly Schedule[] {
  return schedules.filter(({ schedule }) => schedule !== gone)
}

function scheduled({ schedule, label, next, everyMs, input }: EventOf<'schedule.set'>): Schedule {
  return { schedule, label, next, everyMs, input }
}

function sumUsage(a: Usage, b: Usage): Usage {
  const names = new Set([...Object.keys(a), ...Object.keys(b)]) as Set<keyof Usage>
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}
