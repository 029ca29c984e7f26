import type { RequestAnswer } from '@longwire/client'
import type { Style } from '../../terminal/terminal.ts'

/**
 * A question on its way to an answer, in the hands of a person at a terminal. It is a value: each line and each key gives
 * the next one, or the answer.
 */
export interface Asking {
  /** What stands above the line to type on. */
  lines(columns: number, style: Style): readonly string[]
  /** What the keys do now. */
  readonly hint: string
  /** What the line to type on begins with. */
  readonly preset: string
  entered(text: string): Asked
  /** What a key does while nothing is typed; undefined: what it does anyway. */
  pressed(key: string): Asking | undefined
}

export type Asked = { readonly asking: Asking } | { readonly answer: RequestAnswer }

/** The words that do the same in every question but an approval. */
export function refusal(text: string): Asked | undefined {
  if (text.trim() === '/decline') return { answer: { action: 'decline' } }
  return text.trim() === '/cancel' ? { answer: { action: 'cancel' } } : undefined
}

export const REFUSALS = '/decline · /cancel · Esc later'

export function faultLines(fault: string | undefined, style: Style): readonly string[] {
  return fault === undefined ? [] : [`    ${style.red(`✗ ${fault}`)}`]
}
