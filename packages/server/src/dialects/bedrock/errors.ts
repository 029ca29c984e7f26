import { ERRORS, type ErrorCode, type FailureCode } from '@longwire/protocol'
import type { Refusal } from '../../refusal.ts'

/** Every error the service has a word for, with its status. */
export const EXCEPTIONS = {
  validationException: 400,
  serviceQuotaExceededException: 400,
  accessDeniedException: 403,
  resourceNotFoundException: 404,
  conflictException: 409,
  dependencyFailedException: 424,
  modelNotReadyException: 424,
  throttlingException: 429,
  internalServerException: 500,
  badGatewayException: 502,
} as const
export type ExceptionName = keyof typeof EXCEPTIONS

export interface Exception {
  readonly name: ExceptionName
  readonly message: string
}

const BY_STATUS: Readonly<Record<number, ExceptionName>> = {
  400: 'validationException',
  401: 'accessDeniedException',
  403: 'accessDeniedException',
  404: 'resourceNotFoundException',
  409: 'conflictException',
  413: 'validationException',
  429: 'throttlingException',
}
const BY_CODE: Partial<Record<ErrorCode, ExceptionName>> = {
  too_many_sessions: 'serviceQuotaExceededException',
}

/** The service's word for an error of the protocol. */
export function exceptionOf({ code, message }: Pick<Refusal, 'code' | 'message'>): Exception {
  const name = BY_CODE[code] ?? BY_STATUS[ERRORS[code].http ?? 500] ?? 'internalServerException'
  return { name, message }
}

const BY_FAILURE: Partial<Record<FailureCode, ExceptionName>> = {
  agent_error: 'dependencyFailedException',
  agent_crashed: 'dependencyFailedException',
  agent_blocked: 'dependencyFailedException',
  agent_out_of_memory: 'dependencyFailedException',
  agent_unavailable: 'resourceNotFoundException',
  budget_exceeded: 'serviceQuotaExceededException',
  model_error: 'dependencyFailedException',
  model_unavailable: 'modelNotReadyException',
  model_stalled: 'modelNotReadyException',
  store_unavailable: 'internalServerException',
}

/** The service's word for why a turn failed. */
export function exceptionOfFailure({ code, message }: { readonly code: string; readonly message: string }): Exception {
  return { name: BY_FAILURE[code as FailureCode] ?? 'internalServerException', message: `${code}: ${message}` }
}

/** "validationException" as the header of an HTTP answer names it. */
export function errorType(name: ExceptionName): string {
  return name[0]!.toUpperCase() + name.slice(1)
}
