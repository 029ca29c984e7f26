import { Refusal } from '../refusal.ts'
import type { Answer } from './node-messages.ts'

/** What another node answered; throws what it refused. */
export function unrefused(answer: Answer): Exclude<Answer, { kind: 'refused' }> {
  if (answer.kind !== 'refused') return answer
  throw new Refusal(answer.code, answer.message, answer.detail)
}
