// What siblings need of this package: the hosts that run agents, how agents are found, and the messages of the boundary.
export type {
  AgentAnswer,
  AgentDescription,
  AgentInput,
  Because,
  CommitBody,
  DraftHead,
  HistoryEntry,
  Said,
  ToolResult,
  TurnEnd,
  TurnStart,
  Used,
} from './boundary/messages.ts'
export { agentEnv } from './host/agent-env.ts'
export type { AgentFault, SourcePlace } from './host/agent-fault.ts'
export { sourceAt } from './host/agent-fault.ts'
export type { AgentHost, Run, RunListener } from './host/agent-host.ts'
export { AgentLoadError } from './host/agent-load-error.ts'
export type { AgentLog } from './host/agent-thread.ts'
export { findAgents } from './host/find-agents.ts'
export type { InProcessHostOptions } from './host/in-process-host.ts'
export { InProcessHost } from './host/in-process-host.ts'
export type { WorkerHostOptions } from './host/worker-host.ts'
export { WorkerHost } from './host/worker-host.ts'
