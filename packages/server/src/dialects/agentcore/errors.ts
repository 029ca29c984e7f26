import type { IncomingMessage } from 'node:http'
import { ERRORS, type ErrorCode } from '@longwire/protocol'
import type { Refusal } from '../../refusal.ts'
import type { RefusedHandshake } from '../dialect.ts'
import { queryOf } from './fields.ts'

const TYPES: Readonly<Record<number, string>> = {
  400: 'ValidationException',
  401: 'UnauthorizedException',
  402: 'ServiceQuotaExceededException',
  403: 'AccessDeniedException',
  404: 'ResourceNotFoundException',
  409: 'ConflictException',
  424: 'RuntimeClientError',
  429: 'ThrottlingException',
  500: 'InternalServerException',
}
const STATUSES: Partial<Record<ErrorCode, number>> = {
  too_many_sessions: 402,
  frame_too_big: 400,
}

/** How the service says no to this request: a status, the type in a header, a message. `own` is this server's origin. */
export function refusedByService(request: IncomingMessage, refusal: Refusal, own: string): RefusedHandshake {
  const status = statusFor(request, refusal.code)
  return serviceError(status, refusal.message, status === 401 ? { 'www-authenticate': challenge(request, own) } : {})
}

export function serviceError(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): RefusedHandshake {
  const type = TYPES[status] ?? 'InternalServerException'
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-errortype': type, ...headers },
    body: JSON.stringify({ message }),
  }
}

function statusFor(request: IncomingMessage, code: ErrorCode): number {
  const status = STATUSES[code] ?? ERRORS[code].http ?? 500
  // Of a signature that is no good the service says that access is denied; of a token, that it wants another.
  if (status === 401 && isSigned(request)) return 403
  return TYPES[status] === undefined ? 500 : status
}

function isSigned({ url, headers }: IncomingMessage): boolean {
  return /^AWS4-/i.test(headers.authorization ?? '') || queryOf(url).has('X-Amz-Signature')
}

/** Where a client that has no token learns of what is wanted. */
function challenge({ url = '' }: IncomingMessage, own: string): string {
  const runtime = url.split('?', 1)[0]!.replace(/\/(ws|invocations|stopruntimesession)$/, '')
  const qualifier = encodeURIComponent(queryOf(url).get('qualifier') ?? 'DEFAULT')
  const metadata = `${runtime}/invocations/.well-known/oauth-protected-resource?qualifier=${qualifier}`
  return `Bearer resource_metadata="${`${own}${metadata}`.replaceAll('"', '%22')}"`
}

/** How a container says no. */
export function refusedByContainer({ code, message }: Refusal): RefusedHandshake {
  return containerError(ERRORS[code].http ?? 500, code, message)
}

export function containerError(status: number, error: string, details?: string): RefusedHandshake {
  const body = JSON.stringify({ error, ...(details === undefined ? {} : { details }) })
  return { status, headers: { 'content-type': 'application/json' }, body }
}
