import type { Commit, CommitType, EventOf, Failure, Json, MessagePart, Usage } from '@longwire/protocol'
import type { TestDraft } from './test-life.ts'
import type { TestSession } from './test-session.ts'

export interface TestedCall {
  readonly call: string
  readonly name: string
  /** What it ran with; what it was asked with, where it never ran. */
  readonly input: Json
  readonly outcome: EventOf<'tool.finished'>['outcome'] | undefined
  readonly output: Json | undefined
  readonly error: string | undefined
}

export interface TestedRequest {
  readonly request: string
  readonly kind: EventOf<'control.requested'>['kind']
  readonly message: string
  readonly outcome: EventOf<'control.settled'>['outcome'] | undefined
  readonly answer: EventOf<'control.settled'>['answer']
}

/** What came of a turn, as its log tells it. */
export class TestRun {
  /** The whole log of the session: `recorded` of a test that goes on from it. */
  readonly log: readonly Commit[]
  readonly drafts: readonly TestDraft[]
  readonly progress: readonly EventOf<'trace.progress'>[]
  /** Appends that the agent made, over all its lives: the places to crash at. */
  readonly appends: number
  /** What was thrown by the agent's code, whole, where it ended the turn. */
  readonly errors: readonly unknown[]

  constructor({ log, drafts, progress, appends, errors }: TestSession) {
    this.log = log.commits
    this.drafts = drafts
    this.progress = progress
    this.appends = appends
    this.errors = errors
  }

  of<T extends CommitType>(type: T): readonly EventOf<T>[] {
    return this.log.filter((commit): commit is EventOf<T> => commit.type === type)
  }

  get outcome(): EventOf<'turn.ended'>['outcome'] {
    return this.#ended.outcome
  }

  get finishReason(): string {
    return this.#ended.finishReason
  }

  get error(): Failure | undefined {
    return this.#ended.error
  }

  get usage(): Usage | undefined {
    return this.#ended.usage
  }

  /** How often the turn began. */
  get attempts(): number {
    return this.of('turn.started').at(-1)!.attempt
  }

  /** The text of each message, in order; those without text are left out. */
  get texts(): readonly string[] {
    return this.of('message.committed').flatMap(({ message }) => textOf(message.parts) || [])
  }

  /** The text of the last message. */
  get text(): string {
    return this.texts.at(-1) ?? ''
  }

  /** Every call, whether or not it was begun, in the order in which they were asked for. */
  get calls(): readonly TestedCall[] {
    const asked = new Map<string, { readonly name: string; readonly input: Json }>()
    for (const commit of this.log) {
      if (commit.type === 'tool.started') asked.set(commit.call, commit)
      if (commit.type !== 'message.committed') continue
      for (const part of commit.message.parts) if (part.type === 'tool-call') asked.set(part.call, part)
    }
    const finished = new Map(this.of('tool.finished').map((each) => [each.call, each]))
    return [...asked].map(([call, { name, input }]) => {
      const end = finished.get(call)
      return { call, name, input, outcome: end?.outcome, output: end?.output, error: end?.error }
    })
  }

  get requests(): readonly TestedRequest[] {
    const settled = new Map(this.of('control.settled').map((each) => [each.request, each]))
    return this.of('control.requested').map(({ request, kind, message }) => {
      const end = settled.get(request)
      return { request, kind, message, outcome: end?.outcome, answer: end?.answer }
    })
  }

  /** What a person read of the work, in order. */
  get milestones(): readonly string[] {
    return this.of('trace.span').flatMap(({ level, label }) => (level === 'milestone' ? [label] : []))
  }

  get #ended(): EventOf<'turn.ended'> {
    const [ended] = this.of('turn.ended')
    if (!ended) throw new Error('the turn has not ended')
    return ended
  }
}

function textOf(parts: readonly MessagePart[]): string {
  return parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
}
