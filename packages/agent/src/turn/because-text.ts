import type { Because } from '../boundary/messages.ts'

const HOW = { ok: 'is done', error: 'has failed', cancelled: 'was cancelled' } as const

/** What a turn is about that no person began, as a sentence which a model can answer to. */
export function becauseText(because: Because): string {
  if ('schedule' in because) {
    const { label, input } = because
    return `The scheduled time for «${label}» has come.${input === undefined ? '' : ` ${scheduled(input)}`}`
  }
  const { label, outcome, result } = because
  const came = result === undefined ? '' : ` ${outcome === 'ok' ? 'Its result' : 'What came of it'}: ${told(result)}`
  return `The background task «${label}» ${HOW[outcome]}.${came}`
}

function told(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value)
}

/** What a person left for this time: their words, and after them what else they left. */
function scheduled(input: unknown): string {
  const { text, context, ...others } = (typeof input === 'object' && input !== null ? input : { input }) as Record<
    string,
    unknown
  >
  const isOfClient = Object.keys(others).length === 0 && (typeof text === 'string' || context !== undefined)
  if (!isOfClient) return told(input)
  const words = typeof text === 'string' ? text : ''
  return `${words}${context === undefined ? '' : ` [Context: ${told(context)}]`}`.trim()
}
