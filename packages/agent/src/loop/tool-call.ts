import type { Json } from '@longwire/protocol'
import type { ToolResult } from '../boundary/messages.ts'
import type { Tool, ToolContext, ToolSet } from '../tool.ts'
import { AgentFailure, messageOf } from '../turn/failure.ts'
import { jsonText } from '../turn/json-text.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { currentScope, type Scope } from '../turn/scope.ts'
import { scopeTrace } from '../turn/scope-trace.ts'
import { untilAborted } from '../turn/until-aborted.ts'
import type { CommitFields } from '../turn/voice.ts'
import type { ToolCall } from './hearing.ts'
import { checkInput } from './tool-schema.ts'

const TIMEOUT_MS = 60_000

/** A call that is ready to be made, or known to be wrong before it is. */
type Prepared = ToolCall & { readonly step: string } & (
    | { readonly tool: Tool; readonly checked: unknown }
    | { readonly tool?: Tool | undefined; readonly refused: string }
  )

/**
 * Makes the calls of one model step side by side, each a step of its own. All are in the log as started before the
 * first one runs, and each gets exactly one result, in the order of the calls.
 */
export async function callTools(
  run: RunningTurn,
  around: Scope,
  tools: ToolSet,
  calls: readonly ToolCall[],
): Promise<readonly ToolResult[]> {
  const steps = calls.map((call) => ({ call, step: run.steps.next() }))
  const prepared = await Promise.all(steps.map(({ call, step }) => prepare(tools, call, step)))
  run.voice.ensureSpeaking()
  const logged = run.commit(prepared.map(started))
  return Promise.all(prepared.map((call) => callTool(run, around, call, logged)))
}

async function prepare(tools: ToolSet, call: ToolCall, step: string): Promise<Prepared> {
  const tool = Object.hasOwn(tools, call.name) ? tools[call.name] : undefined
  if (!tool) {
    const known = Object.keys(tools).join(', ') || 'none'
    return { ...call, step, refused: `there is no tool «${call.name}»; the tools are: ${known}` }
  }
  if (call.unreadable !== undefined) return { ...call, step, tool, refused: call.unreadable }
  try {
    const checked = await checkInput(tool, call.input)
    return checked.ok
      ? { ...call, step, tool, checked: checked.input }
      : { ...call, step, tool, refused: checked.error }
  } catch (error) {
    return { ...call, step, tool, refused: `the input could not be checked: ${messageOf(error)}` }
  }
}

function started({ step, call, name, tool, input }: Prepared): CommitFields {
  const title = tool?.title === undefined ? {} : { title: tool.title }
  return { type: 'tool.started', step, call, name, ...title, input: input as never }
}

async function callTool(
  run: RunningTurn,
  around: Scope,
  prepared: Prepared,
  logged: Promise<void>,
): Promise<ToolResult> {
  const { call, name, step, tool } = prepared
  const startedAt = run.clock.now()
  const span = run.spans.open({
    label: labelOf(prepared),
    level: tool?.level ?? (tool?.milestone === undefined ? 'step' : 'milestone'),
    kind: tool?.span ?? 'tool',
    parent: around.span?.id,
    step,
  })
  const scope: Scope = { run, step: { id: step }, span }
  const ended = 'refused' in prepared ? refusal(prepared.refused) : await outcomeOf(run, scope, prepared, logged)
  run.voice.ensureSpeaking()
  const tookMs = Math.max(0, run.clock.now() - startedAt)
  const finish = (result: Ended): CommitFields =>
    ({ type: 'tool.finished', step, call, ...result, tookMs }) as CommitFields
  const trace = run.leave(scope, ended.outcome === 'ok' ? 'ok' : 'error', ended.error)
  try {
    void run.commit([...trace, finish(ended)])
    return { call, name, ...ended }
  } catch (error) {
    if (!(error instanceof AgentFailure) || error.code !== 'event_too_big') throw error
    const tooBig = refusal(`the output is too big: ${error.message}`)
    void run.commit([finish(tooBig)])
    return { call, name, ...tooBig }
  }
}

type Ended = Pick<ToolResult, 'outcome' | 'output' | 'error'>

function refusal(error: string): Ended {
  return { outcome: 'error', error }
}

/** Runs the tool's code for as long as it may. Rejects only when the turn is over; all else is a result. */
async function outcomeOf(
  run: RunningTurn,
  scope: Scope,
  { call, tool, checked }: Extract<Prepared, { checked: unknown }>,
  logged: Promise<void>,
): Promise<Ended> {
  await logged
  const stop = new AbortController()
  const context: ToolContext = {
    call,
    session: run.start.session,
    principal: run.start.principal,
    signal: AbortSignal.any([run.signal, stop.signal]),
    trace: scopeTrace(run, () => scope),
    progress: (fraction, label) => scope.span?.move({ fraction, label }),
  }
  const timeout = tool.timeout ?? TIMEOUT_MS
  const late = run.clock.sleep(timeout, stop.signal).then(() => stop.abort(tookTooLong(timeout)))
  void late
  try {
    const work = currentScope.run(scope, async () => await tool.execute(checked, context))
    const output: unknown = await untilAborted(context.signal, work)
    const text = jsonText(output, 'the output')
    return text === undefined ? { outcome: 'ok' } : { outcome: 'ok', output: output as Json }
  } catch (error) {
    run.voice.ensureSpeaking()
    return refusal(messageOf(error))
  } finally {
    stop.abort(new DOMException('the call is over', 'AbortError'))
  }
}

function tookTooLong(ms: number): Error {
  return new DOMException(`the tool took longer than ${ms} ms`, 'TimeoutError')
}

function labelOf({ name, tool, ...prepared }: Prepared): string {
  const plain = tool?.title ?? name
  if (!tool || !('checked' in prepared) || tool.milestone === undefined) return plain
  if (typeof tool.milestone === 'string') return tool.milestone
  try {
    return tool.milestone(prepared.checked)
  } catch {
    return plain
  }
}
