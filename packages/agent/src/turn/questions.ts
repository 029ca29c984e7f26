import type { Answer, EventOf, Json } from '@longwire/protocol'
import { type Duration, milliseconds } from './duration.ts'
import { AgentFailure } from './failure.ts'
import type { RecordedRequest, RecordedStep } from './journal.ts'
import { NEVER, type RunningTurn } from './running-turn.ts'
import type { Scope } from './scope.ts'
import type { Settled } from './voice.ts'

type Requested = EventOf<'control.requested'>

/** What a person is asked. */
export type Question = Pick<Requested, 'kind' | 'message'> &
  Partial<Pick<Requested, 'call' | 'schema' | 'options' | 'hash' | 'to' | 'onExpiry'>> & {
    readonly input?: Json | undefined
    readonly expiresIn?: Duration | undefined
  }

/** Nobody answered a request in time, and it said that nothing goes on then. */
export class RequestExpired extends AgentFailure {
  constructor(message: string) {
    super('request_expired', `nobody answered in time: ${message}`)
  }
}

/** What came of a question: as it was settled, and the hash of what it showed. */
export interface Outcome extends Settled {
  readonly hash?: string | undefined
  /** Where it is in the log, when it was there before this run. */
  readonly seq?: number | undefined
}

/**
 * The questions of one step, one after the other. One that is in the log is not asked again: its outcome is taken from
 * there, or waited for.
 */
export class Questions {
  readonly #run: RunningTurn
  readonly #around: Scope
  readonly #step: string
  readonly #recorded: RecordedStep | undefined
  #asked: number
  #heard = 0
  #next = 0

  constructor(run: RunningTurn, around: Scope, step: string, recorded: RecordedStep | undefined) {
    this.#run = run
    this.#around = around
    this.#step = step
    this.#recorded = recorded
    this.#asked = recorded?.requests.length ?? 0
    run.spans.renew(step)
  }

  /** Asks, and asks the next role where nobody answered in time. */
  async ask(question: Question, escalateTo: string | undefined): Promise<Outcome> {
    const first = await this.#askOnce(question)
    if (first.outcome !== 'expired' || question.onExpiry !== 'escalate') return first
    const onExpiry = question.kind === 'approval' ? 'deny' : 'fail'
    return this.#askOnce({ ...question, onExpiry, to: escalateTo })
  }

  async #askOnce(question: Question): Promise<Outcome> {
    const run = this.#run
    const before = this.#recordedOf(question.kind)
    if (!before?.settled && run.isRetraced) return NEVER
    const { hash } = before?.requested ?? question
    if (before?.settled) {
      await run.recall(before.settled.seq)
      this.#traceWait(question.message, before.requested.at)
      const { seq, outcome, answer, by } = before.settled
      return { seq, outcome, answer, by, hash }
    }
    const startedAt = before?.requested.at ?? run.clock.now()
    const span = this.#openWait(question.message, startedAt)
    const request = before?.requested.request ?? this.#name(++this.#asked)
    if (!before) void run.commit([requested(this.#step, request, question, startedAt)])
    this.#heard++
    const settled = await run.wait(this.#around, () => run.voice.outcomeOf(request))
    run.voice.ensureSpeaking()
    void run.commit(span.end('ok', { outcome: settled.outcome }))
    return { ...settled, hash }
  }

  /** The next one of this kind in the log. */
  #recordedOf(kind: Question['kind']): RecordedRequest | undefined {
    const requests = this.#recorded?.requests ?? []
    const index = requests.findIndex(({ requested }, i) => i >= this.#next && requested.kind === kind)
    if (index < 0) return undefined
    this.#next = index + 1
    return requests[index]
  }

  /** The trace of a wait whose end was cut off from its answer. */
  #traceWait(message: string, startedAt: number): void {
    if (++this.#heard <= (this.#recorded?.waits ?? 0)) return
    void this.#run.commit(this.#openWait(message, startedAt).end('ok', { outcome: 'answered' }))
  }

  #openWait(label: string, startedAt: number) {
    const parent = this.#around.span?.id
    return this.#run.spans.open({ label, level: 'step', kind: 'wait', parent, step: this.#step, startedAt })
  }

  #name(n: number): string {
    return n === 1 ? `${this.#step}.q` : `${this.#step}.q${n}`
  }
}

function requested(step: string, request: string, { expiresIn, ...question }: Question, now: number) {
  const expiresAt = expiresIn === undefined ? undefined : Math.round(now + milliseconds(expiresIn, 'expiresIn'))
  const onExpiry = expiresAt === undefined ? undefined : question.onExpiry
  return { type: 'control.requested', step, request, ...question, expiresAt, onExpiry } as never
}

/** Throws where a question cannot be asked as it is written. */
export function checkQuestion({ expiresIn, onExpiry }: Question, escalateTo: string | undefined): void {
  if (expiresIn !== undefined) milliseconds(expiresIn, 'expiresIn')
  if (onExpiry === 'escalate' && escalateTo === undefined) {
    throw new TypeError("onExpiry: 'escalate' needs escalateTo: the role that is asked next")
  }
}

export interface Approved {
  readonly approved: boolean
  readonly reason?: string | undefined
  readonly editedInput?: Json | undefined
}

/** An outcome as the answer to «may I?». Throws `RequestExpired` where nothing goes on without one. */
export function approvalOf({ outcome, answer }: Outcome, question: Question): Approved {
  if (answer && 'approved' in answer) return answer as Approved
  if (answer) return { approved: answer.action === 'accept' }
  if (outcome === 'withdrawn') return { approved: false, reason: 'the request was withdrawn' }
  if (question.onExpiry === 'fail') throw new RequestExpired(question.message)
  return question.onExpiry === 'approve' ? { approved: true } : { approved: false, reason: 'nobody answered in time' }
}

/** An outcome as what a person gave. Throws `RequestExpired` where nothing goes on without it. */
export function contentOf({ outcome, answer }: Outcome, question: Question): Extract<Answer, { action: unknown }> {
  if (answer && 'action' in answer) return answer
  if (answer) return { action: answer.approved ? 'accept' : 'decline' }
  if (outcome === 'expired' && question.onExpiry !== 'deny') throw new RequestExpired(question.message)
  return { action: 'cancel' }
}

/** A choice as it is answered: `{ "choice": value }`, or the value alone. */
export function chosen(content: Json | undefined): unknown {
  const isObject = typeof content === 'object' && content !== null && 'choice' in content
  return isObject ? (content as { readonly choice: unknown }).choice : content
}
