import type { Agent } from '../define-agent.ts'
import { testClock } from './test-clock.ts'
import { TestLife } from './test-life.ts'
import { TestRun } from './test-run.ts'
import { type TestAgentOptions, TestSession } from './test-session.ts'

/** More lives than this mean that the turn gets nowhere. */
const LIVES = 1_000

/**
 * Runs one turn of an agent to its end, with its background tasks, in this thread: no network, no thread, no file, and no
 * time but that of the clock. The agent's MCP servers are left out.
 */
export async function testAgent(agent: Agent, options: TestAgentOptions = {}): Promise<TestRun> {
  const clock = options.clock ?? testClock()
  const { mcp: _, ...rest } = agent
  const session = new TestSession(options.model ? { ...rest, model: options.model } : rest, clock, options)
  if (options.model) options.model.clock = clock
  await Promise.race([live(session), session.failed])
  return new TestRun(session)
}

async function live(session: TestSession): Promise<void> {
  let starts = session.begin()
  for (let lives = 1; lives <= LIVES; lives++) {
    const life = await TestLife.begin(session, starts)
    const over = await life.over
    await life.lastWord()
    if (over === 'ended') return
    if (over === 'cancelled') return session.cancel()
    if (over === 'parked') {
      await session.release(() => {})
      starts = session.unparked()
    } else starts = session.again()
    if (starts.length === 0) return
  }
  throw new Error(`the turn was begun ${LIVES} times and did not end`)
}
