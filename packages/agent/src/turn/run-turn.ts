import { agentTurn } from './agent-turn.ts'
import { answeredFromLog } from './answered-from-log.ts'
import type { RunningTurn } from './running-turn.ts'
import { currentScope } from './scope.ts'

/** Runs the agent's function. Whatever it does, the run says one end, unless it was cancelled. */
export async function runTurn(run: RunningTurn): Promise<void> {
  const turn = agentTurn(run)
  const work = run.agent.run ?? (async () => void (await turn.generate()))
  try {
    await currentScope.run(run.root, () => answeredFromLog.run(undefined, async () => await work(turn)))
    run.complete()
  } catch (error) {
    run.crash(error)
  }
}
