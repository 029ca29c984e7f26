import { createHash } from 'node:crypto'
import { SessionId } from '@longwire/protocol/schemas'
import { Refusal } from '../refusal.ts'
import type { DialectHouse } from './dialect.ts'

/**
 * The agent that a peer of another protocol means: one of that name, one that the operator gave that name to, one whose name
 * is the same but for `-`, `.` and `_`, which not every protocol has; and where one agent is served, that one.
 */
export function agentNamed({ agents, agentAliases }: DialectHouse, ...wanted: readonly string[]): string {
  const names = agents().map((agent) => agent.name)
  const known = wanted.map((name) => (Object.hasOwn(agentAliases, name) ? agentAliases[name]! : name))
  const found = known.flatMap((name) => [
    ...names.filter((each) => each === name),
    ...names.filter((each) => plain(each) === plain(name)),
  ])
  const agent = found[0] ?? (names.length === 1 ? names[0] : undefined)
  if (agent === undefined) {
    throw new Refusal('agent_not_found', `this server hosts no agent named ${wanted[0]!.slice(0, 200)}`)
  }
  return agent
}

function plain(name: string): string {
  return name.replace(/[-._]/g, '_').toLowerCase()
}

/** The session that a peer calls by this name: the name itself where it can be one, else a digest of it. */
export function sessionNamed(name: string): string {
  if (SessionId.safeParse(name).success) return name
  return `named-${createHash('sha256').update(name).digest('base64url')}`
}
