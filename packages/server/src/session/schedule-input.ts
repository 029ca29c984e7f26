import type { CommandOf, Json } from '@longwire/protocol'

const LABEL_CHARACTERS = 80

/** What a person reads of it. */
export function labelOf({ label, text = '' }: Pick<CommandOf<'schedule'>, 'label' | 'text'>): string {
  if (label !== undefined) return label
  const line = text.slice(0, LABEL_CHARACTERS).replaceAll(/\s+/g, ' ').toWellFormed().trim()
  return line === '' ? 'A reminder' : line
}

/** What the agent is told: the words alone, where there is nothing else. */
export function inputOf({ text, context }: Pick<CommandOf<'schedule'>, 'text' | 'context'>): Json | undefined {
  if (context === undefined) return text
  return text === undefined ? { context } : { text, context }
}
