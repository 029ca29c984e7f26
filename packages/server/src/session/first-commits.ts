import type { AgentDescription, CommitBody } from '@longwire/agent/internal'
import type { Metadata } from '@longwire/protocol'
import { commitBody, commitJson } from './log-event.ts'

interface Opening {
  readonly agent: string
  readonly session: string
  readonly metadata: Metadata
  readonly command?: string | undefined
}

/** What a log begins with: that it was opened, and what its agent does in it by itself. */
export function firstCommits(
  { tools, every = [] }: AgentDescription,
  { agent, session, metadata, command }: Opening,
  now: number,
): readonly string[] {
  const opened = commitBody({ type: 'session.opened', session, agent, tools: [...tools], metadata, command }, now)
  const scheduled = every.map((each, index) => scheduleBody(each, index + 2, now))
  return [opened, ...scheduled].map((body, index) => commitJson(index + 1, body))
}

/** What the agent does by itself in each of its sessions, from the moment one is opened. */
function scheduleBody({ everyMs, label, input }: Every, seq: number, now: number): CommitBody {
  const fields = { schedule: `c${seq}`, label, next: now + everyMs, everyMs, input }
  return commitBody({ type: 'schedule.set', ...fields }, now)
}

type Every = NonNullable<AgentDescription['every']>[number]
