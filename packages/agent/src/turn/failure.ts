import { FAILURES, type Failure, type FailureCode } from '@longwire/protocol'

/** Why a turn fails, with a code of the failure table. */
export class AgentFailure extends Error {
  override readonly name = 'AgentFailure'
  readonly code: FailureCode
  constructor(code: FailureCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** What is thrown at code that still speaks after its turn was stopped, so that a loop which never awaits ends too. */
export function turnIsOver(reason: string): Error {
  return new DOMException(`the turn is over: ${reason}`, 'AbortError')
}

/** The `error` of a turn that ended with `thrown`: its code where it has one, a message without stack or secrets. */
export function failureOf(thrown: unknown): Failure {
  const code = codeOf(thrown) ?? 'agent_error'
  return { code, message: messageOf(thrown), retryable: FAILURES[code].retryable }
}

function codeOf(thrown: unknown): FailureCode | undefined {
  const code = typeof thrown === 'object' && thrown !== null ? (thrown as { code?: unknown }).code : undefined
  return typeof code === 'string' && Object.hasOwn(FAILURES, code) ? (code as FailureCode) : undefined
}

const MESSAGE_CHARACTERS = 2_000

/** What `thrown` says, fit to be shown to a person: no stack, no key or password, not endless. */
export function messageOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message || thrown.name : textOf(thrown)
  const safe = withoutSecrets(text.slice(0, 4 * MESSAGE_CHARACTERS))
  return safe.length > MESSAGE_CHARACTERS ? `${safe.slice(0, MESSAGE_CHARACTERS)}…` : safe
}

function textOf(thrown: unknown): string {
  if (typeof thrown === 'string') return thrown
  const message = (thrown as { message?: unknown } | null | undefined)?.message
  if (typeof message === 'string') return message
  try {
    return JSON.stringify(thrown) ?? String(thrown)
  } catch {
    return Object.prototype.toString.call(thrown)
  }
}

const SECRET_NAME = /(key|token|secret|password|passwd|credential|auth)/i
const SHORTEST_SECRET = 8

/** Hides the values of environment variables that are named like secrets, and whatever looks like a credential. */
function withoutSecrets(text: string, env: NodeJS.ProcessEnv = process.env): string {
  let safe = text
  for (const [name, value] of Object.entries(env)) {
    if (value && value.length >= SHORTEST_SECRET && SECRET_NAME.test(name)) safe = safe.replaceAll(value, '[hidden]')
  }
  return safe
    .replace(/\b(bearer|basic)\s+[\w.~+/=-]{8,}/gi, '$1 [hidden]')
    .replace(/\b(sk|pk|rk|ghp|gho|xox[abp]|AKIA|ASIA|AIza)[-_]?[\w-]{12,}/g, '[hidden]')
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/)[^\s/@:]+:[^\s/@]+@/gi, '$1[hidden]@')
    .replace(/([?&](?:api[-_]?key|key|token|access_token|signature|x-amz-[a-z-]+)=)[^&\s"']+/gi, '$1[hidden]')
}
