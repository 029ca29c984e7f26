import { AISDKError, APICallError } from '@ai-sdk/provider'
import { messageOf } from '../turn/failure.ts'
import { ModelStalled } from './stall.ts'

/** Why a model call failed, and whether the same call may succeed a little later. */
export interface ProviderFault {
  readonly isPassing: boolean
  /** For the person: "The model is busy". */
  readonly says: string
  /** For the one who runs the agent; safe to show. */
  readonly message: string
  /** How long the provider asks to wait. */
  readonly retryAfterMs?: number | undefined
}

/** A model's stream that ended in the middle, or said itself that it went wrong. */
export class StreamBroken extends Error {
  override readonly name = 'StreamBroken'
}

export function faultOf(thrown: unknown): ProviderFault {
  const call = findCause(thrown, APICallError.isInstance)
  if (call) return callFault(call)
  const message = messageOf(thrown)
  if (thrown instanceof StreamBroken) return { isPassing: true, says: "The model's answer broke off", message }
  if (thrown instanceof ModelStalled) return { isPassing: true, says: 'The model fell silent', message }
  if (isNetworkFault(thrown))
    return { isPassing: true, says: 'The model could not be reached', message: networkMessage(thrown) }
  const kind = errorKind(thrown)
  if (kind) return { isPassing: PASSING_KINDS.has(kind), says: saysOf(kind), message: `${kind}: ${message}` }
  return { isPassing: false, says: 'The model call failed', message }
}

function callFault(error: APICallError): ProviderFault {
  const { statusCode, isRetryable } = error
  const status = statusCode === undefined ? '' : ` (HTTP ${statusCode})`
  const message = `${messageOf(error)}${status}`
  const isBusy = statusCode === 429 || statusCode === 503 || statusCode === 529
  const says = isBusy
    ? 'The model is busy'
    : statusCode === undefined
      ? 'The model could not be reached'
      : 'The model failed'
  return { isPassing: isRetryable, says, message, retryAfterMs: retryAfter(error.responseHeaders) }
}

/** What providers call the errors they send inside a stream. */
const PASSING_KINDS: ReadonlySet<string> = new Set([
  'overloaded_error',
  'api_error',
  'rate_limit_error',
  'timeout_error',
  'server_error',
  'rate_limit_exceeded',
  'internal_error',
  'internalServerException',
  'modelStreamErrorException',
  'throttlingException',
  'serviceUnavailableException',
])

function saysOf(kind: string): string {
  return /overload|rate|throttl/i.test(kind) ? 'The model is busy' : 'The model failed'
}

function errorKind(thrown: unknown): string | undefined {
  if (typeof thrown !== 'object' || thrown === null || AISDKError.isInstance(thrown)) return undefined
  const { type, code, error } = thrown as { type?: unknown; code?: unknown; error?: unknown }
  if (typeof error === 'object' && error !== null) return errorKind(error)
  if (typeof type === 'string' && type !== 'error') return type
  return typeof code === 'string' ? code : undefined
}

const NETWORK_CODES = /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_)/

function isNetworkFault(thrown: unknown): boolean {
  return findCause(thrown, hasNetworkCode) !== undefined || findCause(thrown, isFetchFailure) !== undefined
}

function hasNetworkCode(error: unknown): error is Error & { readonly code: string } {
  const code = (error as { code?: unknown } | undefined)?.code
  return typeof code === 'string' && NETWORK_CODES.test(code)
}

/** How `fetch` says that a connection failed, or was cut in the middle of a body. */
function isFetchFailure(error: unknown): error is Error {
  return error instanceof TypeError && (error.message === 'terminated' || error.message === 'fetch failed')
}

function networkMessage(thrown: unknown): string {
  const code = findCause(thrown, hasNetworkCode)?.code
  return code === undefined ? messageOf(thrown) : `${messageOf(thrown)} (${code})`
}

function findCause<T>(thrown: unknown, matches: (error: unknown) => error is T): T | undefined {
  for (let error = thrown, depth = 0; error !== undefined && error !== null && depth < 8; depth++) {
    if (matches(error)) return error
    error = (error as { cause?: unknown }).cause
  }
  return undefined
}

const LONGEST_WAIT_MS = 60_000

function retryAfter(headers: Record<string, string> | undefined): number | undefined {
  const ms = Number.parseFloat(headers?.['retry-after-ms'] ?? '')
  const seconds = Number.parseFloat(headers?.['retry-after'] ?? '')
  const asked = Number.isNaN(ms) ? seconds * 1_000 : ms
  return asked >= 0 && asked <= LONGEST_WAIT_MS ? asked : undefined
}
