// What an agent author writes.
export type { AgentToolOptions } from './agent-tool.ts'
export { agentTool } from './agent-tool.ts'
export type { Because, HistoryEntry } from './boundary/messages.ts'
export type { Agent, AgentOptions, AgentTypes, Verdict } from './define-agent.ts'
export { defineAgent } from './define-agent.ts'
export type { Budget, BudgetBounds } from './loop/budget-bounds.ts'
export type { CompactionBounds, CompactionPolicy, ContextOptions } from './loop/compaction.ts'
export { ToolCallFailed } from './loop/own-call.ts'
export type { Price, Prices } from './loop/price.ts'
export type { McpAddress, McpProcess, McpServerOptions, McpServers } from './mcp/mcp-options.ts'
export type { Model } from './model/model.ts'
export { describeModel } from './model/model.ts'
export { ModelUnavailable, resolveModel } from './model/resolve-model.ts'
export type { CallToJudge, Tool, ToolContext, ToolOptions, ToolSet } from './tool.ts'
export { tool } from './tool.ts'
export type { Duration } from './turn/duration.ts'
export { RequestExpired } from './turn/questions.ts'
export type {
  Approval,
  ApprovalOptions,
  ChoiceOptions,
  ClientToolOptions,
  FormOptions,
  Given,
  JsonSchema,
  Requests,
} from './turn/request-api.ts'
export type {
  BackgroundOptions,
  Generated,
  GenerateOptions,
  ScheduleOptions,
  Schedules,
  SpanOptions,
  Task,
  Trace,
  Turn,
} from './turn/turn.ts'
