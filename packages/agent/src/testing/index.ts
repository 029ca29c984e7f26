// What an author tests an agent with: one turn, in one thread, without a network, by a clock that a test moves.

export type { FinishReason, Piece, Script, ScriptedCall, ScriptedModel, UsedTokens } from './scripted.ts'
export { calls, ends, fails, says, scripted, stalls, thinks } from './scripted.ts'
export { testAgent } from './test-agent.ts'
export type { TestClock } from './test-clock.ts'
export { testClock } from './test-clock.ts'
export type { TestDraft } from './test-life.ts'
export type { TestedCall, TestedRequest, TestRun } from './test-run.ts'
export type { CrashPoint, TestAgentOptions, TestAnswer } from './test-session.ts'
