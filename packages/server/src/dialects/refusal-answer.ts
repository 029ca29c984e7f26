import { ERRORS } from '@longwire/protocol'
import { errorFrame, type Refusal } from '../refusal.ts'

/** A refusal as the whole answer to an HTTP request, in the protocol's own form. */
export function refusalAnswer(refusal: Refusal) {
  return {
    status: ERRORS[refusal.code].http ?? 500,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(errorFrame(refusal, {})),
  }
}
