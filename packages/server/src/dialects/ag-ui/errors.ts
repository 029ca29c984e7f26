import { ERRORS, type ErrorCode, type FailureCode } from '@longwire/protocol'
import type { Refusal } from '../../refusal.ts'

export type RunErrorCode =
  | 'UNAUTHORIZED'
  | 'ACCESS_DENIED'
  | 'VALIDATION_ERROR'
  | 'RATE_LIMIT_EXCEEDED'
  | 'SESSION_BUSY'
  | 'SERVICE_QUOTA_EXCEEDED'
  | 'AGENT_ERROR'
  | 'INTERNAL_ERROR'

const BY_CODE: Partial<Record<ErrorCode, RunErrorCode>> = {
  queue_full: 'SESSION_BUSY',
  too_many_sessions: 'SERVICE_QUOTA_EXCEEDED',
  too_many_connections: 'SERVICE_QUOTA_EXCEEDED',
  too_many_attachments: 'SERVICE_QUOTA_EXCEEDED',
}
const BY_STATUS: Readonly<Record<number, RunErrorCode>> = {
  400: 'VALIDATION_ERROR',
  401: 'UNAUTHORIZED',
  403: 'ACCESS_DENIED',
  404: 'VALIDATION_ERROR',
  409: 'VALIDATION_ERROR',
  413: 'VALIDATION_ERROR',
  429: 'RATE_LIMIT_EXCEEDED',
}

export function runErrorOf({ code }: Pick<Refusal, 'code'>): RunErrorCode {
  return BY_CODE[code] ?? BY_STATUS[ERRORS[code].http ?? 500] ?? 'INTERNAL_ERROR'
}

const OURS: ReadonlySet<string> = new Set<FailureCode>(['node_died', 'node_stopped', 'store_unavailable'])

/** Why a turn failed, in a word of AG-UI's. */
export function runErrorOfFailure(code: string): RunErrorCode {
  if (code === 'budget_exceeded') return 'SERVICE_QUOTA_EXCEEDED'
  return OURS.has(code) ? 'INTERNAL_ERROR' : 'AGENT_ERROR'
}
