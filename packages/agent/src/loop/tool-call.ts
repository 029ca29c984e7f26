import type { EventOf, Json } from '@longwire/protocol'
import type { HistoryEntry, ToolResult } from '../boundary/messages.ts'
import type { Tool, ToolSet } from '../tool.ts'
import { answeredFromLog } from '../turn/answered-from-log.ts'
import { AgentFailure, messageOf } from '../turn/failure.ts'
import type { RecordedStep } from '../turn/journal.ts'
import { Questions } from '../turn/questions.ts'
import { NEVER, type RunningTurn } from '../turn/running-turn.ts'
import { type Scope, stepScope } from '../turn/scope.ts'
import type { Span } from '../turn/span.ts'
import type { CommitFields } from '../turn/voice.ts'
import { callHead } from './call-head.ts'
import { askApproval, askClient, askRecovery, type Permit } from './call-questions.ts'
import type { ToolCall } from './hearing.ts'
import { recallLoop } from './recall-loop.ts'
import { callInTask } from './task-calls.ts'
import { type Ended, execute, failed } from './tool-execution.ts'
import { checked } from './tool-schema.ts'
import { judge } from './verdict.ts'

/** A call and the step it is. */
export type PlannedCall = ToolCall & { readonly step: string }

/** How a call goes on from what the log holds of it, and from what may be done. */
type Prepared = PlannedCall & { readonly recorded?: RecordedStep | undefined } & Way
type Way =
  | { readonly way: 'answer'; readonly finished: EventOf<'tool.finished'>; readonly tool?: undefined }
  /** It is wrong before it is made. */
  | { readonly way: 'refuse'; readonly refused: string; readonly tool?: Tool | undefined }
  | { readonly way: 'deny'; readonly reason?: string | undefined; readonly tool: Tool }
  | { readonly way: 'ask'; readonly checked: unknown; readonly reason?: string | undefined; readonly tool: Tool }
  | { readonly way: 'run'; readonly checked: unknown; readonly tool: Tool }
  /** It had started when the run was cut. */
  | { readonly way: 'resume'; readonly checked: unknown; readonly tool: Tool }

type ToMake = Exclude<Prepared, { way: 'answer' | 'deny' }>

/**
 * Makes the calls of one model step side by side, each a step of its own. All that need nobody's leave are in the log
 * as started before the first one runs. Each gets exactly one result, in the order of the calls.
 */
export async function callTools(
  run: RunningTurn,
  around: Scope,
  tools: ToolSet,
  calls: readonly PlannedCall[],
  history: readonly HistoryEntry[],
): Promise<readonly ToolResult[]> {
  if (run.isTask) return callInTask(run, around, tools, calls, history)
  const known = calls.map((call) => ({ ...call, recorded: run.begin(call.step, { kind: 'tool', name: call.name }) }))
  const prepared = await Promise.all(
    known.map(async (call): Promise<Prepared> => ({ ...call, ...(await wayOf(run, tools, call, history)) })),
  )
  if (!run.isRetraced) run.voice.ensureSpeaking()
  const logged = run.isRetraced ? NEVER : run.commit(prepared.flatMap(startAtOnce))
  return Promise.all(prepared.map((call) => callTool(run, around, call, logged)))
}

async function wayOf(
  run: RunningTurn,
  tools: ToolSet,
  call: PlannedCall & { readonly recorded?: RecordedStep | undefined },
  history: readonly HistoryEntry[],
): Promise<Way> {
  const { toolStarted, toolFinished, requests = [] } = call.recorded ?? {}
  if (toolFinished) return { way: 'answer', finished: toolFinished }
  const tool = Object.hasOwn(tools, call.name) ? tools[call.name] : undefined
  if (!tool) {
    const known = Object.keys(tools).join(', ') || 'none'
    return { way: 'refuse', refused: `there is no tool «${call.name}»; the tools are: ${known}` }
  }
  if (call.unreadable !== undefined) return { way: 'refuse', tool, refused: call.unreadable }
  try {
    const fits = await checked(tool.inputSchema, toolStarted?.input ?? call.input, 'the input')
    if (!fits.ok) return { way: 'refuse', tool, refused: fits.error }
    if (toolStarted) return { way: 'resume', tool, checked: fits.value }
    if (requests.length > 0) return { way: 'ask', tool, checked: fits.value }
    const { verdict, reason } = await judge(run, tool, call, fits.value, history)
    if (verdict === 'deny') return { way: 'deny', tool, reason }
    return verdict === 'ask'
      ? { way: 'ask', tool, checked: fits.value, reason }
      : { way: 'run', tool, checked: fits.value }
  } catch (error) {
    return { way: 'refuse', tool, refused: `the input could not be checked: ${messageOf(error)}` }
  }
}

function startAtOnce(call: Prepared): readonly CommitFields[] {
  if (call.recorded?.toolStarted) return []
  return call.way === 'refuse' || call.way === 'run' ? [started(call, call.input)] : []
}

function started({ step, call, name, tool }: Prepared, input: Json): CommitFields {
  const title = tool?.title === undefined ? {} : { title: tool.title }
  const idempotent = tool?.idempotent ? { idempotent: true } : {}
  return { type: 'tool.started', step, call, name, ...title, input: input as never, ...idempotent }
}

async function callTool(
  run: RunningTurn,
  around: Scope,
  prepared: Prepared,
  logged: Promise<void>,
): Promise<ToolResult> {
  const { call, name, step, recorded } = prepared
  if (prepared.way === 'answer') {
    const { seq, outcome, output, error } = prepared.finished
    await run.recall(seq)
    recallLoop(run, step)
    return {
      call,
      name,
      outcome,
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
    }
  }
  if (run.isRetraced) return NEVER
  if (prepared.way === 'deny') {
    const error = prepared.reason ?? 'the agent may not do this'
    return finish(run, prepared, { outcome: 'denied', error }, run.clock.now(), [])
  }
  const doing = around.step.doing.begin('work')
  const scope: Scope = { run, step: stepScope(step, step, doing) }
  const questions = new Questions(run, { ...scope, span: around.span }, step, recorded)
  try {
    const permit = await permitOf(run, questions, prepared, logged)
    if ('outcome' in permit) return finish(run, prepared, permit, run.clock.now(), [])
    return await run.atWork(make(run, around, scope, questions, prepared, permit))
  } finally {
    doing.end()
  }
}

/** With what the call may be made, once it may and is in the log as started; or what it came to without. */
async function permitOf(
  run: RunningTurn,
  questions: Questions,
  prepared: ToMake,
  logged: Promise<void>,
): Promise<Permit | Ended> {
  const input = prepared.recorded?.toolStarted?.input ?? prepared.input
  switch (prepared.way) {
    case 'refuse':
      return { input, checked: undefined }
    case 'run':
      await logged
      return { input, checked: prepared.checked }
    case 'ask': {
      const permit = await askApproval(questions, prepared.tool, prepared, prepared.checked, prepared.reason)
      if (!('outcome' in permit)) await run.commit([started(prepared, permit.input)])
      return permit
    }
    case 'resume': {
      const { tool, recorded, step, checked } = prepared
      if (tool.client || tool.idempotent || recorded?.toolStarted?.idempotent) return { input, checked }
      const choice = await askRecovery(questions, tool, prepared, input, recorded?.started?.seq ?? 0)
      if (choice !== 'again') return choice
      await run.commit([{ type: 'step.started', step, name: 'again' }])
      return { input, checked }
    }
  }
}

/** Makes the call, in a span of its own. */
async function make(
  run: RunningTurn,
  around: Scope,
  inside: Scope,
  questions: Questions,
  prepared: ToMake,
  permit: Permit,
): Promise<ToolResult> {
  const { tool, step, call } = prepared
  const startedAt = run.clock.now()
  const head = callHead(prepared.name, tool, prepared.way === 'refuse' ? undefined : permit)
  const span = run.spans.open({ ...head, parent: around.span?.id, step })
  const scope: Scope = { ...inside, span }
  const ended = await outcomeOf()
  if (run.voice.isStopping) sayLast(run, prepared, ended, startedAt, span)
  run.voice.ensureSpeaking()
  const outcome = ended.outcome === 'ok' || ended.outcome === 'cancelled' ? ended.outcome : 'error'
  return finish(run, prepared, ended, startedAt, run.leave(scope, outcome, ended.error))

  function outcomeOf(): Promise<Ended> | Ended {
    if (prepared.way === 'refuse') return failed(prepared.refused)
    if (prepared.tool.client) return askClient(questions, prepared.tool, prepared, permit.input, head.label)
    const { tool, name } = prepared
    return answeredFromLog.run(`tool «${name}»`, () => execute(scope, tool, call, permit.checked))
  }
}

/** The turn was stopped while the tool ran: how it ended is the last that is said of it. */
function sayLast(run: RunningTurn, { step, call }: Prepared, ended: Ended, startedAt: number, span: Span): void {
  const outcome = ended.outcome === 'ok' || ended.outcome === 'cancelled' ? ended.outcome : 'error'
  const tookMs = Math.max(0, run.clock.now() - startedAt)
  const finished = (result: Ended): CommitFields =>
    ({ type: 'tool.finished', step, call, ...result, tookMs }) as CommitFields
  try {
    run.voice.lastWords([...span.end(outcome), finished(ended)])
  } catch {
    run.voice.lastWords([finished({ outcome: 'cancelled', error: 'what it gave is too big for the log' })])
  }
}

function finish(
  run: RunningTurn,
  { step, call, name }: Prepared,
  ended: Ended,
  startedAt: number,
  trace: readonly CommitFields[],
): ToolResult {
  const tookMs = Math.max(0, run.clock.now() - startedAt)
  const finished = (result: Ended): CommitFields =>
    ({ type: 'tool.finished', step, call, ...result, tookMs }) as CommitFields
  try {
    void run.commit([...trace, finished(ended)])
    return { call, name, ...ended }
  } catch (error) {
    if (!(error instanceof AgentFailure) || error.code !== 'event_too_big') throw error
    const tooBig = failed(`the output is too big: ${error.message}`)
    void run.commit([finished(tooBig)])
    return { call, name, ...tooBig }
  }
}
