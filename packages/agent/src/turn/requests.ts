import type { Json } from '@longwire/protocol'
import type { StandardSchemaV1 } from '@standard-schema/spec'
import { callClientTool } from '../loop/own-call.ts'
import { checked, jsonSchemaOf } from '../loop/tool-schema.ts'
import { AgentFailure } from './failure.ts'
import { inputHash } from './input-hash.ts'
import { jsonText } from './json-text.ts'
import { approvalOf, checkQuestion, chosen, contentOf, type Question, Questions } from './questions.ts'
import type {
  Approval,
  ApprovalOptions,
  ChoiceOptions,
  FormOptions,
  Given,
  JsonSchema,
  Requests,
} from './request-api.ts'
import type { RunningTurn } from './running-turn.ts'

/** How often content that does not fit is asked for again. */
const TRIES = 10

/** What an author writes to ask a person. */
export function requestsOf(run: RunningTurn): Requests {
  return {
    approval: (options) => approval(run, options),
    form: (options) => form(run, options),
    choice: (options) => choice(run, options),
    clientTool: (options) => callClientTool(run, options),
  }
}

async function approval(run: RunningTurn, options: ApprovalOptions): Promise<Approval> {
  const { message, input, expiresIn, onExpiry = 'deny', to, escalateTo } = options
  jsonText(input, 'the input of the approval')
  const hash = input === undefined ? undefined : inputHash(input)
  const question: Question = { kind: 'approval', message, input, hash, expiresIn, onExpiry, to }
  const questions = begin(run, question, escalateTo)
  for (;;) {
    const outcome = await questions.ask(question, escalateTo)
    const answer = approvalOf(outcome, question)
    // An approval of something else, which the code would have shown before it was run again, is none.
    if (!answer.approved || outcome.hash === hash) return answer as Approval
  }
}

async function form<Content>(run: RunningTurn, options: FormOptions<Content>): Promise<Given<Content>> {
  const { message, schema, expiresIn, onExpiry = 'fail', to, escalateTo } = options
  const standard = isStandard(schema) ? schema : undefined
  const asked: Question = { kind: 'form', message, expiresIn, onExpiry, to }
  const questions = begin(run, asked, escalateTo)
  const shown = standard ? await jsonSchemaOf(standard) : (schema as JsonSchema)
  return given(questions, { ...asked, schema: shown as Json }, escalateTo, async (content) =>
    standard ? checked(standard, content, 'the content') : { ok: true, value: content as Content },
  )
}

async function choice<Value extends string>(run: RunningTurn, options: ChoiceOptions<Value>): Promise<Given<Value>> {
  const { message, expiresIn, onExpiry = 'fail', to, escalateTo } = options
  const shown = options.options.map((each) => (typeof each === 'string' ? { value: each, label: each } : { ...each }))
  if (shown.length === 0) throw new TypeError('turn.request.choice(): there is nothing to choose from')
  const question: Question = { kind: 'choice', message, options: shown, expiresIn, onExpiry, to }
  const questions = begin(run, question, escalateTo)
  return given(questions, question, escalateTo, async (content) => {
    const value = chosen(content)
    const isKnown = shown.some((option) => option.value === value)
    return isKnown ? { ok: true, value: value as Value } : { ok: false, error: 'the choice is none of the options' }
  })
}

/** The step of a question that the author asks. Its id is taken at once, before anything is awaited. */
function begin(run: RunningTurn, question: Question, escalateTo: string | undefined): Questions {
  checkQuestion(question, escalateTo)
  const scope = run.scope()
  const step = run.nextStep(scope)
  return new Questions(run, scope, step, run.begin(step, { kind: 'request', name: question.kind }))
}

type Check<Content> = (
  content: Json | undefined,
) => Promise<{ readonly ok: true; readonly value: Content } | { readonly ok: false; readonly error: string }>

/** Asks until what is given fits. */
async function given<Content>(
  questions: Questions,
  question: Question,
  escalateTo: string | undefined,
  check: Check<Content>,
): Promise<Given<Content>> {
  let message = question.message
  for (let tries = 1; ; tries++) {
    const answer = contentOf(await questions.ask({ ...question, message }, escalateTo), question)
    if (answer.action !== 'accept') return { action: answer.action }
    const result = await check(answer.content as Json | undefined)
    if (result.ok) return { action: 'accept', content: result.value }
    if (tries === TRIES) throw new AgentFailure('agent_error', `${TRIES} answers did not fit: ${result.error}`)
    message = `${question.message}\n\n${result.error}`
  }
}

function isStandard<Content>(
  schema: StandardSchemaV1<unknown, Content> | JsonSchema,
): schema is StandardSchemaV1<unknown, Content> {
  return '~standard' in schema
}
