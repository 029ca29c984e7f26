import type { Json } from '@longwire/protocol'
import type { Tool } from '../tool.ts'
import { inputHash } from '../turn/input-hash.ts'
import { approvalOf, chosen, contentOf, type Question, type Questions } from '../turn/questions.ts'
import type { ToolCall } from './hearing.ts'
import { type Ended, failed, resultOf } from './tool-execution.ts'
import { checked } from './tool-schema.ts'

/** How often an edited input that does not fit is asked for again. */
const TRIES = 10

/** What a call runs with: the input as it is recorded, and as the tool's schema leaves it. */
export interface Permit {
  readonly input: Json
  readonly checked: unknown
}

/** Asks a person whether the call may be made, and with which input. */
export async function askApproval(
  questions: Questions,
  tool: Tool,
  { call, name, input }: ToolCall,
  given: unknown,
  reason: string | undefined,
): Promise<Permit | Ended> {
  const { expiresIn, to, escalateTo } = tool.approval ?? {}
  const hash = inputHash(input)
  const message = `May I use «${tool.title ?? name}»?${reason === undefined ? '' : ` ${reason}`}`
  const onExpiry = escalateTo === undefined ? 'deny' : 'escalate'
  const question: Question = { kind: 'approval', message, call, input, hash, expiresIn, onExpiry, to }
  let fault: string | undefined
  for (let tries = 0; tries < TRIES; ) {
    const shown = fault === undefined ? question : { ...question, message: `${message}\n\n${fault}` }
    const outcome = await questions.ask(shown, escalateTo)
    const answer = approvalOf(outcome, question)
    if (!answer.approved) return { outcome: 'denied', error: answer.reason ?? 'a person did not approve it' }
    // An approval of another input, which the call had before the turn was run again, is none.
    if (outcome.hash !== hash) continue
    if (answer.editedInput === undefined) return { input, checked: given }
    const edited = await checked(tool.inputSchema, answer.editedInput, 'the edited input')
    if (edited.ok) return { input: answer.editedInput, checked: edited.value }
    fault = edited.error
    tries++
  }
  return failed(`the input was edited ${TRIES} times so that it did not fit: ${fault}`)
}

const RECOVERY_OPTIONS = [
  { value: 'again', label: 'Run again' },
  { value: 'skip', label: 'Skip' },
  { value: 'result', label: 'Give the result' },
]

/**
 * What to do about a call that had started when the run was cut, and may not be run twice in silence. `ranAgainAt` is
 * the commit at which it was run again last.
 */
export async function askRecovery(
  questions: Questions,
  tool: Tool,
  { call, name }: ToolCall,
  input: Json,
  ranAgainAt: number,
): Promise<'again' | Ended> {
  const message = `«${tool.title ?? name}» had started when the work was cut off. Nobody knows whether it was done.`
  const question: Question = { kind: 'choice', message, call, input, options: RECOVERY_OPTIONS, onExpiry: 'deny' }
  for (;;) {
    const outcome = await questions.ask(question, undefined)
    const { action, content } = contentOf(outcome, question)
    const choice = action === 'accept' ? chosen(content) : 'skip'
    if (choice === 'again') {
      if (outcome.seq === undefined || outcome.seq > ranAgainAt) return 'again'
      continue
    }
    if (choice === 'result') return { outcome: 'ok', output: resultIn(content) }
    return { outcome: 'cancelled', error: 'skipped by a person after a crash' }
  }
}

function resultIn(content: unknown): Json {
  return (content as { readonly result?: Json } | undefined)?.result ?? null
}

export const NOBODY_RAN_IT = 'nobody ran it in time'

/** Has the page or terminal that holds the session make the call. */
export async function askClient(
  questions: Questions,
  tool: Tool,
  { call }: ToolCall,
  input: Json,
  label: string,
): Promise<Ended> {
  const timeout = Number.isFinite(tool.timeout) ? { expiresIn: tool.timeout } : {}
  const question: Question = { kind: 'client-tool', message: label, call, input, onExpiry: 'deny', ...timeout }
  const outcome = await questions.ask(question, undefined)
  if (outcome.outcome === 'expired') return failed(NOBODY_RAN_IT)
  const { action, content } = contentOf(outcome, question)
  if (action === 'decline') return declined(content)
  if (action === 'cancel') return { outcome: 'cancelled', error: 'a person cancelled it' }
  return resultOf(tool, content)
}

/** A page that tried and failed says so with `{ error: { message } }`; without it a person would not. */
function declined(content: unknown): Ended {
  const fault = (content as { readonly error?: { readonly message?: unknown } } | null | undefined)?.error?.message
  return typeof fault === 'string' ? failed(fault) : { outcome: 'denied', error: 'a person declined it' }
}
