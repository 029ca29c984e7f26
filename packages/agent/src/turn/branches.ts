import { NEVER, type RunningTurn } from './running-turn.ts'
import { currentScope, type Scope, stepScope } from './scope.ts'

/**
 * Runs branches side by side. Each numbers its steps by itself, so that they are found again in whatever order they go
 * on. All come to their end before the first error, if there is one, is thrown.
 */
export async function all(run: RunningTurn, branches: readonly (() => unknown)[]): Promise<unknown[]> {
  if (branches.length === 0) return []
  const around = run.scope()
  const step = run.nextStep(around)
  const name = 'all'
  const recorded = run.begin(step, { kind: 'all', name: `${branches.length}` })
  if (!recorded?.started && run.isRetraced) return NEVER
  const startedAt = recorded?.started?.at ?? run.clock.now()
  if (!recorded?.started) void run.commit([{ type: 'step.started', step, name, branches: branches.length }])
  const doing = around.step.doing.begin('work')
  try {
    const ended = await Promise.allSettled(branches.map((branch, i) => runBranch(around, step, i + 1, branch, doing)))
    run.voice.ensureSpeaking()
    if (!recorded?.finished) {
      await run.commit([{ type: 'step.finished', step, name, tookMs: Math.max(0, run.clock.now() - startedAt) }])
    }
    const failed = ended.find((end) => end.status === 'rejected')
    if (failed) throw failed.reason
    return ended.map((end) => (end as PromiseFulfilledResult<unknown>).value)
  } finally {
    doing.end()
  }
}

async function runBranch(
  { run, span }: Scope,
  step: string,
  number: number,
  branch: () => unknown,
  around: Scope['step']['doing'],
): Promise<unknown> {
  const doing = around.begin('work')
  const scope: Scope = { run, span, step: stepScope(`${step}.${number}`, step, doing) }
  try {
    const result = await currentScope.run(scope, async () => await branch())
    if (!run.voice.isOver) void run.commit(leaveBranch(scope, 'ok'))
    return result
  } catch (error) {
    if (!run.voice.isOver) void run.commit(leaveBranch(scope, 'error'))
    throw error
  } finally {
    doing.end()
  }
}

/** The span around the branches is not theirs to end. */
function leaveBranch(scope: Scope, outcome: 'ok' | 'error') {
  return scope.run.leave({ ...scope, span: undefined }, outcome)
}
