// What an agent author writes.
export type { Agent, AgentOptions } from './define-agent.ts'
export { defineAgent } from './define-agent.ts'
export type { Model } from './model/model.ts'
export { describeModel } from './model/model.ts'
export { ModelUnavailable, resolveModel } from './model/resolve-model.ts'
export type { Tool, ToolContext, ToolOptions, ToolSet } from './tool.ts'
export { tool } from './tool.ts'
export type { Generated, GenerateOptions, SpanOptions, Trace, Turn } from './turn/turn.ts'
