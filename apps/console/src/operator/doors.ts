import type { EventOf, Json, Metadata, SessionStatus, Usage } from '@longwire/protocol'

// What the operator's doors answer, as far as the page shows it.

export interface OperatedSession {
  readonly key: string
  readonly session: string
  readonly principal: string
  readonly agent: string
  readonly status: SessionStatus
  readonly head: number
  readonly metadata: Metadata
  readonly summary?: string
  readonly createdAt: number
  readonly updatedAt: number
}

export interface OperatedTurn {
  readonly key: string
  readonly session: string
  readonly principal: string
  readonly agent: string
  readonly turn: string
  readonly status: 'running' | 'waiting'
  readonly cause: string
  readonly attempt: number
  readonly startedAt: number
  readonly usage: Usage
  readonly sessionUsage: Usage
  readonly toolCalls: number
  readonly requests: number
  readonly budgets: readonly OperatedBudget[]
}

export interface OperatedBudget {
  readonly scope: 'turn' | 'session'
  readonly bound: 'tokens' | 'cost' | 'wallMs' | 'toolCalls'
  readonly used: number
  readonly limit: number
  readonly granted: number
}

export type OperatedRequest = Omit<EventOf<'control.requested'>, 'type' | 'seq' | 'at'> & {
  readonly key: string
  readonly session: string
  readonly principal: string
  readonly agent: string
  readonly askedAt?: number
  readonly to?: string
  readonly hash?: string
}

export interface OperatedConnection {
  readonly connection: string
  readonly principal: string
  readonly name?: string
  readonly wire: string
  readonly since: number
  readonly attachments: number
  readonly behind: number
  readonly lag: number
  readonly bufferedBytes: number
}

export interface Sample {
  readonly at: number
  readonly connections: number
  readonly attachments: number
  readonly sessions: number
  readonly turns: number
  readonly eventsPerSecond: number
  readonly commitsPerSecond: number
  readonly turnsPerSecond: number
  readonly errors: Readonly<Record<string, number>>
  readonly loopLagMs: number
  readonly bufferedBytes: number
}

export type Act = 'cancel' | 'close' | 'kill' | 'answer'

export function doorOf(key: string, act: Act): string {
  return `/v1/operator/sessions/${encodeURIComponent(key)}/${act}`
}

export function posted(body: Readonly<Record<string, Json | undefined>> = {}): RequestInit {
  return {
    method: 'POST',
    body: JSON.stringify({ id: crypto.randomUUID(), ...body }),
    headers: { 'content-type': 'application/json' },
  }
}
