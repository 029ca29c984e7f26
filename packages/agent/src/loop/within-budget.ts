import type { LanguageModelV4 } from '@ai-sdk/provider'
import type { Json } from '@longwire/protocol'
import { AgentFailure } from '../turn/failure.ts'
import { type Approved, approvalOf, type Question, Questions } from '../turn/questions.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import type { Scope } from '../turn/scope.ts'
import { type Overrun, overrunText } from './budget.ts'

/** Resolves when the model call that is to be `step` may be made. Rejects with `budget_exceeded`. */
export async function beforeModelCall(
  run: RunningTurn,
  scope: Scope,
  model: LanguageModelV4,
  step: string,
): Promise<void> {
  run.budget.ensurePriced(model)
  await keepWithin(run, scope, 0, step)
}

/**
 * Resolves when so many tools may be called, the first of them as `step`, or as the next step where none is given.
 * Rejects with `budget_exceeded`.
 */
export async function beforeTools(run: RunningTurn, scope: Scope, calls: number, step?: string): Promise<void> {
  await keepWithin(run, scope, calls, step)
  // A task counts each call where it makes it.
  if (run.isTask) return
  const first = step ?? scope.step.ids.next()
  if (step === undefined) scope.step.ids.release(first)
  // Calls that are in the log are counted from there.
  if (!run.journal.isPast(first)) run.budget.countTools(calls)
}

/** Each time that a bound has nothing left a person is asked, or the turn is over. */
async function keepWithin(run: RunningTurn, scope: Scope, toolCalls: number, next: string | undefined): Promise<void> {
  const { budget } = run.agent
  if (!budget) return
  for (;;) {
    const asking = scope.step.ids.next()
    const recorded = recordedAt(run, asking)
    // What went on in an earlier run of the turn was within its budget, or had leave.
    const isPassed = recorded === undefined && run.journal.isPast(next ?? asking)
    const over = isPassed ? undefined : run.budget.over(toolCalls)
    const grant = recorded ?? (over && grantFor(over))
    if (!grant) return scope.step.ids.release(asking)
    if (!recorded && budget.onExceeded !== 'ask') throw exceeded(grant.says)
    if (run.isTask) throw exceeded(`${grant.says}, and a background task has nobody to ask for more`)
    await ask(run, scope, asking, grant)
  }
}

/** What a person is asked for: so much more of one bound. */
interface Grant {
  /** `turn.tokens` and the like. */
  readonly bound: string
  readonly more: number
  readonly says: string
}

function grantFor(over: Overrun): Grant {
  return { bound: `${over.scope}.${over.bound}`, more: over.given, says: overrunText(over) }
}

/** What was asked for at this step, when it was asked for in an earlier run of the turn. */
function recordedAt({ journal }: RunningTurn, step: string): Grant | undefined {
  const input = journal.at(step)?.requests[0]?.requested.input as Partial<Grant & { budget: string }> | null | undefined
  if (typeof input?.budget !== 'string' || typeof input.more !== 'number') return undefined
  return { bound: input.budget, more: input.more, says: String(input.says) }
}

async function ask(run: RunningTurn, scope: Scope, step: string, { bound, more, says }: Grant): Promise<void> {
  const message = `${says[0]!.toUpperCase()}${says.slice(1)}. May it use as much again?`
  const question: Question = { kind: 'approval', message, input: { budget: bound, more, says }, onExpiry: 'deny' }
  const questions = new Questions(run, scope, step, run.begin(step, { kind: 'request', name: 'approval' }))
  const answer = approvalOf(await questions.ask(question, undefined), question)
  if (!answer.approved) throw exceeded(`${says}, and a person did not grant more`)
  run.budget.grant(bound, grantedIn(answer, more))
}

/** As much as was asked for, or what the person made of it. */
function grantedIn({ editedInput }: Approved, more: number): number {
  const edited = (editedInput as { readonly more?: Json } | null | undefined)?.more
  return typeof edited === 'number' && edited > 0 ? edited : more
}

function exceeded(why: string): AgentFailure {
  return new AgentFailure('budget_exceeded', why)
}
