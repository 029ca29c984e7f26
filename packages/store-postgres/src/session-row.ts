import type { SessionRecord } from '@longwire/store'
import type { Row } from './engine.ts'
import type { LogIdentity } from './log-identity.ts'

/** The record of a row that has `COLUMNS`. */
export function recordOf(row: Row, identity: LogIdentity): SessionRecord {
  const { key, session, agent, principal, metadata, command, head, status, log, wake_at, epoch, owner } =
    row as unknown as Shape
  return {
    key,
    session,
    agent,
    principal,
    metadata: JSON.parse(metadata),
    summary: row.summary === null ? undefined : (row.summary as string),
    command: command ?? undefined,
    head,
    status,
    log: identity.of(log),
    createdAt: row.created_at as number,
    updatedAt: row.updated_at as number,
    wakeAt: wake_at ?? undefined,
    epoch: epoch === 0 ? undefined : epoch,
    owner: owner ?? undefined,
  }
}

interface Shape {
  readonly key: string
  readonly session: string
  readonly agent: string
  readonly principal: string
  readonly metadata: string
  readonly command: string | null
  readonly head: number
  readonly status: SessionRecord['status']
  readonly log: string
  readonly wake_at: number | null
  readonly epoch: number
  readonly owner: string | null
}
