import { agentTurn } from './agent-turn.ts'
import type { RunningTurn } from './running-turn.ts'
import { currentScope } from './scope.ts'

/** Runs the agent's function. Whatever it does, the run says one end, unless it was cancelled. */
export async function runTurn(run: RunningTurn, report: (thrown: unknown) => void): Promise<void> {
  const turn = agentTurn(run)
  const work = run.agent.run ?? (async () => void (await turn.generate()))
  try {
    await currentScope.run(run.root, async () => await work(turn))
    run.complete()
  } catch (error) {
    if (!run.voice.isOver) report(error)
    run.fail(error)
  }
}
