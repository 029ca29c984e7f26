// What the server needs of this package: the host that runs agents, and the messages of the boundary.
export type {
  AgentDescription,
  AgentInput,
  CommitBody,
  DraftHead,
  HistoryEntry,
  Said,
  ToolResult,
  TurnEnd,
  TurnStart,
} from './boundary/messages.ts'
export type { AgentHost, Run, RunListener } from './host/agent-host.ts'
