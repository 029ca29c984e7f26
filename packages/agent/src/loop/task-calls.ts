import type { HistoryEntry, ToolResult } from '../boundary/messages.ts'
import type { Tool, ToolSet } from '../tool.ts'
import { answeredFromLog } from '../turn/answered-from-log.ts'
import { AgentFailure, messageOf } from '../turn/failure.ts'
import { type RecordedStep, toolStep } from '../turn/journal.ts'
import type { RunningTurn } from '../turn/running-turn.ts'
import { type Scope, stepScope } from '../turn/scope.ts'
import type { CommitFields } from '../turn/voice.ts'
import { callHead } from './call-head.ts'
import { recallLoop } from './recall-loop.ts'
import type { PlannedCall } from './tool-call.ts'
import { type Ended, execute, failed } from './tool-execution.ts'
import { checked } from './tool-schema.ts'
import { judge } from './verdict.ts'

/**
 * Makes the calls of a background task side by side, each a step of its own. They are no calls of the conversation, and
 * there is nobody to ask: what needs a person's leave is denied.
 */
export async function callInTask(
  run: RunningTurn,
  around: Scope,
  tools: ToolSet,
  calls: readonly PlannedCall[],
  history: readonly HistoryEntry[],
): Promise<readonly ToolResult[]> {
  const known = calls.map((planned) => {
    const tool = Object.hasOwn(tools, planned.name) ? tools[planned.name] : undefined
    return { planned, tool, recorded: run.begin(planned.step, { kind: 'step', name: toolStep(planned.name) }) }
  })
  // Those that are in the log are counted from there.
  run.budget.countTools(known.filter(({ recorded }) => !recorded?.started && !recorded?.finished).length)
  const prepared = await Promise.all(
    known.map(async (each): Promise<Prepared> => ({ ...each, permit: await permitOf(run, each, history) })),
  )
  run.voice.ensureSpeaking()
  // All are in the log as started before the first of them runs.
  const logged = run.commit(prepared.flatMap(start))
  return Promise.all(prepared.map((each) => callOne(run, around, each, logged)))
}

interface Known {
  readonly planned: PlannedCall
  readonly tool: Tool | undefined
  readonly recorded: RecordedStep | undefined
}

interface Prepared extends Known {
  readonly permit: Permit | Ended
}

function start({ planned: { step, name }, recorded, permit }: Prepared): readonly CommitFields[] {
  return 'checked' in permit && !recorded?.started ? [{ type: 'step.started', step, name: toolStep(name) }] : []
}

async function callOne(
  run: RunningTurn,
  around: Scope,
  prepared: Prepared,
  logged: Promise<void>,
): Promise<ToolResult> {
  const { planned, tool, recorded, permit } = prepared
  const { step, call, name } = planned
  if (recorded?.finished) {
    await run.recall(recorded.finished.seq)
    recallLoop(run, step)
    return recorded.finished.output as unknown as ToolResult
  }
  const doing = around.step.doing.begin('work')
  try {
    const startedAt = run.clock.now()
    if (recorded?.started) run.spans.renew(step)
    const head = callHead(name, tool, 'checked' in permit ? permit : undefined)
    const span = run.spans.open({ ...head, parent: around.span?.id, step })
    const scope: Scope = { run, step: stepScope(step, step, doing), span }
    const ended = 'checked' in permit ? await make(scope, permit) : permit
    run.voice.ensureSpeaking()
    const outcome = ended.outcome === 'ok' ? 'ok' : 'error'
    const tookMs = Math.max(0, run.clock.now() - startedAt)
    return finish(run, planned, ended, tookMs, run.leave(scope, outcome, ended.error))
  } finally {
    doing.end()
  }

  async function make(scope: Scope, { tool, checked }: Permit): Promise<Ended> {
    await logged
    return answeredFromLog.run(`tool «${name}»`, () => execute(scope, tool, call, checked))
  }
}

interface Permit {
  readonly tool: Extract<Tool, { execute: unknown }>
  readonly checked: unknown
}

/** With what the call may be made, or what it comes to without. */
async function permitOf(
  run: RunningTurn,
  { planned: call, tool, recorded }: Known,
  history: readonly HistoryEntry[],
): Promise<Permit | Ended> {
  // It answers from the log.
  if (recorded?.finished) return { outcome: 'ok' }
  if (!tool) return failed(`there is no tool «${call.name}»`)
  if (call.unreadable !== undefined) return failed(call.unreadable)
  if (tool.client) return denied('it runs in a page, and a background task has nobody to ask')
  try {
    const fits = await checked(tool.inputSchema, call.input, 'the input')
    if (!fits.ok) return failed(fits.error)
    if (recorded?.started && !tool.idempotent) return failed(CUT)
    // One that had begun had leave to.
    if (recorded?.started) return { tool, checked: fits.value }
    const { verdict, reason } = await judge(run, tool, call, fits.value, history)
    if (verdict === 'deny') return denied(reason ?? 'the agent may not do this')
    if (verdict === 'ask') return denied("it needs a person's leave, and a background task has nobody to ask")
    return { tool, checked: fits.value }
  } catch (error) {
    return failed(`the input could not be checked: ${messageOf(error)}`)
  }
}

const CUT = 'it had started when the work was cut off, and nobody knows whether it was done; it is not run again'

function denied(error: string): Ended {
  return { outcome: 'denied', error }
}

function finish(
  run: RunningTurn,
  { step, call, name }: PlannedCall,
  ended: Ended,
  tookMs: number,
  trace: readonly CommitFields[],
): ToolResult {
  const finished = (output: ToolResult): CommitFields =>
    ({ type: 'step.finished', step, name: toolStep(name), output, tookMs }) as unknown as CommitFields
  const result = { call, name, ...ended }
  try {
    void run.commit([...trace, finished(result)])
    return result
  } catch (error) {
    if (!(error instanceof AgentFailure) || error.code !== 'event_too_big') throw error
    const tooBig = { call, name, ...failed(`the output is too big: ${error.message}`) }
    void run.commit([finished(tooBig)])
    return tooBig
  }
}
