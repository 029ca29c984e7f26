import type {
  Answer,
  Commit,
  CommitType,
  Delivery,
  Failure,
  InputPart,
  Json,
  Level,
  MessagePart,
  Metadata,
  ToolDescription,
  Usage,
} from '@longwire/protocol'
import type { Budget } from '../loop/budget-bounds.ts'
import type { PackedAdds } from './packed-adds.ts'

// What crosses between the thread that owns the sockets and the one that runs agents. Plain data only, so the same
// messages can one day cross to a process, a container or another language.
//
//   session thread                          worker
//      start ───────────────────────────────► run(turn)
//      ◄──────── said [open add add commit …]  one message for all that was said in one tick
//      stored, credit ──────────────────────►
//      ◄──────── take        (a step boundary: is there anything to steer by?)
//      steer ───────────────────────────────►
//      ◄──────── waiting     (nothing is done here until a person answers, or a time comes)
//      settled ─────────────────────────────► the answer to a request
//      ◄──────── call-agent  (another agent is asked)
//      agent-said ──────────────────────────►
//      cancel ──────────────────────────────► turn.signal aborts
//      stop ────────────────────────────────► turn.signal aborts; tools may still say how they ended
//      ◄──────── stopped     (after `stop`: no tool is at work any more)
//      ◄──────── end                           exactly one for each run, unless it was cancelled

/** The number of a run on its host: one turn of one session. */
export type RunId = number

/** An input as the agent gets it. */
export interface AgentInput {
  readonly input: string
  readonly delivery: Delivery
  readonly text?: string | undefined
  readonly parts?: readonly InputPart[] | undefined
  readonly context?: Json | undefined
  readonly by: string
}

/** What was said before this turn, oldest first, in the shape that a model call needs. */
export type HistoryEntry =
  | { readonly role: 'user'; readonly turn: string; readonly parts: readonly InputPart[]; readonly context?: Json }
  | {
      readonly role: 'assistant'
      readonly turn: string
      readonly parts: readonly MessagePart[]
      readonly partial?: boolean
    }
  | { readonly role: 'tool'; readonly turn: string; readonly results: readonly ToolResult[] }

export interface ToolResult {
  readonly call: string
  readonly name: string
  readonly outcome: 'ok' | 'error' | 'denied' | 'cancelled'
  readonly output?: Json | undefined
  readonly error?: string | undefined
}

export interface TurnStart {
  readonly session: string
  readonly turn: string
  readonly agent: string
  readonly attempt: number
  readonly cause: 'input' | 'task' | 'schedule'
  readonly principal: string
  readonly metadata: Metadata
  /** What the turn began with. */
  readonly inputs: readonly AgentInput[]
  /** What joined the turn at a step boundary before it was run again; `recorded` says at which. */
  readonly joined?: readonly AgentInput[] | undefined
  readonly history: readonly HistoryEntry[]
  /** What the log holds of this turn already, in its order, when it is run again; for a task, of turn and task. */
  readonly recorded: readonly Commit[]
  /** Run this background task of the turn, not the turn. */
  readonly task?: string | undefined
  /** What the turn is about where no person began it. */
  readonly because?: Because | undefined
  /** How far the clock of the session is ahead of this machine's, in milliseconds: the turn goes by that one. */
  readonly aheadMs?: number | undefined
  /** What the session used before this turn: nothing unless given. */
  readonly used?: Used | undefined
}

/** Why a turn began that no person asked for: a task that ended, or a schedule that came due. */
export type Because =
  | {
      readonly task: string
      readonly label: string
      readonly outcome: 'ok' | 'error' | 'cancelled'
      readonly result?: Json | undefined
    }
  | { readonly schedule: string; readonly label: string; readonly input?: Json | undefined }

/** What model calls and tools used. */
export interface Used extends Usage {
  readonly toolCalls?: number | undefined
  /** Milliseconds at work, waits for people and for times left out. */
  readonly wallMs?: number | undefined
}

export type ToAgent =
  | { readonly type: 'start'; readonly run: RunId; readonly turn: TurnStart; readonly credit: number }
  | { readonly type: 'cancel'; readonly run: RunId; readonly reason: string }
  /** A person stopped the turn: its tools may say for so long how they ended, and nothing else is said. */
  | { readonly type: 'stop'; readonly run: RunId; readonly reason: string; readonly graceMs: number }
  /** The answer to `take`: the steering inputs that were applied at this boundary, already committed as such. */
  | { readonly type: 'steer'; readonly run: RunId; readonly inputs: readonly AgentInput[] }
  | {
      readonly type: 'settled'
      readonly run: RunId
      readonly request: string
      readonly outcome: 'answered' | 'expired' | 'withdrawn'
      readonly answer?: Answer | undefined
      readonly by?: string | undefined
    }
  /** What the agent answered that `call-agent` number `n` asked. */
  | ({ readonly type: 'agent-said'; readonly run: RunId; readonly n: number } & AgentAnswer)
  /** The `n`-th commit item of this run is in the log (counted from 1). */
  | { readonly type: 'stored'; readonly run: RunId; readonly n: number }
  /** So many more bytes of drafts may be said: UTF-8 bytes of what `add` carried in `escaped`. */
  | { readonly type: 'credit'; readonly run: RunId; readonly bytes: number }
  | { readonly type: 'ping'; readonly n: number }

/** What another agent answered. */
export interface AgentAnswer {
  readonly outcome: 'ok' | 'error' | 'cancelled'
  /** With `ok`: the text of its last message. */
  readonly text?: string | undefined
  /** Why there is no text. */
  readonly error?: string | undefined
}

/** What the session thread needs to know of a commit without parsing it. */
export interface CommitBody {
  readonly type: CommitType
  /** The event as one JSON object, with `type`, `at`, `turn`, `step` and its own fields, without `seq`. */
  readonly json: string
  readonly step?: string | undefined
  readonly call?: string | undefined
  readonly request?: string | undefined
  readonly span?: string | undefined
  readonly task?: string | undefined
  readonly level?: Level | undefined
  /** It holds reasoning of a model: not every reader may see all of it. */
  readonly reasoning?: boolean | undefined
}

/**
 * One thing an agent said. A growing draft is opened once with all its fields but the text, and then added to;
 * `escaped` is text as it stands between the quotes of a JSON string, so that pieces join without being parsed.
 */
export type Said =
  | { readonly type: 'open'; readonly run: RunId; readonly draft: number; readonly head: DraftHead }
  | { readonly type: 'add'; readonly run: RunId; readonly draft: number; readonly escaped: string; readonly at: number }
  /** A draft of which only the latest counts, by `key`: progress of a span or a task. `json` is the event without place. */
  | {
      readonly type: 'progress'
      readonly run: RunId
      readonly key: string
      readonly event: 'trace.progress' | 'task.progress'
      readonly level?: Level | undefined
      readonly json: string
    }
  /** Commits that enter the log together, or not at all. */
  | { readonly type: 'commit'; readonly run: RunId; readonly commits: readonly CommitBody[] }
  | { readonly type: 'take'; readonly run: RunId; readonly step: string }
  /**
   * Whether all that the run does is wait for people or a time: then it may be parked, and run again later. `heard` is
   * how many outcomes of requests it had been told by then: one that it has not heard of yet is something to do.
   */
  | { readonly type: 'waiting'; readonly run: RunId; readonly isWaiting: boolean; readonly heard: number }
  /** Asks another agent, in a session of its own. `call` is the tool call it is for: asking twice is asking once. */
  | {
      readonly type: 'call-agent'
      readonly run: RunId
      readonly n: number
      readonly agent: string
      readonly text: string
      readonly call: string
    }
  /** The answer to `call-agent` number `n` is not wanted any more: its agent may stop. */
  | { readonly type: 'leave-agent'; readonly run: RunId; readonly n: number }
  /** After `stop`: no tool is at work any more. Nothing comes after it. */
  | { readonly type: 'stopped'; readonly run: RunId }
  | { readonly type: 'end'; readonly run: RunId; readonly end: TurnEnd }

export type DraftHead =
  | {
      readonly type: 'chunk.text' | 'chunk.reasoning'
      readonly turn: string
      readonly step: string
      readonly part: string
    }
  | {
      readonly type: 'chunk.tool'
      readonly turn: string
      readonly step: string
      readonly call: string
      readonly name: string
    }

/**
 * How the agent's function ended, or that of a task. Open drafts are rolled back by the session; committed pieces stay.
 * A task says in `speak` whether the agent may say something about its end unasked, and how many tools it called.
 */
export type TurnEnd =
  | {
      readonly outcome: 'completed'
      readonly finishReason: string
      readonly usage?: Usage | undefined
      /** What a task returned. */
      readonly result?: Json | undefined
      readonly speak?: boolean | undefined
      readonly toolCalls?: number | undefined
    }
  | {
      readonly outcome: 'failed'
      readonly error: Failure
      readonly usage?: Usage | undefined
      readonly speak?: boolean | undefined
      readonly toolCalls?: number | undefined
    }

/** What anyone may know of an agent. */
export interface AgentDescription {
  readonly name: string
  readonly description?: string | undefined
  readonly tools: readonly ToolDescription[]
  readonly inputModes: readonly string[]
  /** Questions to begin with. */
  readonly examples: readonly string[]
  /** The model it thinks with, as a person would name it. */
  readonly model?: string | undefined
  /** What a turn and a session may use. For operators: nobody else is told. */
  readonly budget?: Budget | undefined
  /** Turns that begin by themselves in each of its sessions. */
  readonly every?: readonly { readonly everyMs: number; readonly label: string; readonly input?: Json | undefined }[]
}

export type FromAgent =
  | { readonly type: 'ready'; readonly agents: readonly AgentDescription[] }
  | {
      readonly type: 'unloadable'
      readonly file: string
      readonly message: string
      /** Where in the source, as far as it is known: "agent.ts:12", and the line itself. */
      readonly where?: string | undefined
      readonly source?: string | undefined
    }
  | { readonly type: 'said'; readonly said: readonly (Said | PackedAdds)[] }
  | { readonly type: 'pong'; readonly n: number }
  /** An error that ended a turn, or that nothing caught: for the author, as Node prints it. */
  | {
      readonly type: 'fault'
      readonly about: string
      readonly message: string
      readonly stack: string
      readonly text: string
    }
  /** Files that the agent imports, or tries to; told where the host asks for it. */
  | { readonly type: 'modules'; readonly paths: readonly string[] }
  /** A process that an agent's tools run in has started, or ended: it must not outlive the worker. */
  | { readonly type: 'process'; readonly pid: number; readonly isAlive: boolean }
