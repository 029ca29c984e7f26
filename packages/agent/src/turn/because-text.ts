import type { Because } from '../boundary/messages.ts'

const HOW = { ok: 'is done', error: 'has failed', cancelled: 'was cancelled' } as const

/** What a turn is about that no person began, as a sentence which a model can answer to. */
export function becauseText(because: Because): string {
  if ('schedule' in because) {
    const { label, input } = because
    return `The scheduled time for «${label}» has come.${input === undefined ? '' : ` ${told(input)}`}`
  }
  const { label, outcome, result } = because
  const came = result === undefined ? '' : ` ${outcome === 'ok' ? 'Its result' : 'What came of it'}: ${told(result)}`
  return `The background task «${label}» ${HOW[outcome]}.${came}`
}

function told(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}
