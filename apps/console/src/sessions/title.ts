import type { Metadata } from '@longwire/protocol'
import type { SessionView } from '@longwire/view'

const LONGEST = 64

export interface Titled {
  readonly metadata: Metadata
  readonly agent: string
  /** The beginning of what was asked first. */
  readonly summary?: string | undefined
}

/** What a session is called: as it was named, else for what it was asked first. */
export function titleOf({ metadata, agent, summary }: Titled): string {
  const { title } = metadata
  if (typeof title === 'string' && title.trim() !== '') return title
  return summary ? titleFor(summary) : `Talk with ${agent}`
}

/** A name for a session that begins with this question. */
export function titleFor(question: string): string {
  const line = question.trim().split('\n', 1)[0] ?? ''
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).trimEnd()}…`
}

/** The same of a view, which has what was asked first in its first turn if that is there. */
export function titleIn(view: SessionView): string {
  const first = view.earlier === 0 ? view.turns[0]?.messages.find(({ delivery }) => delivery !== undefined) : undefined
  const summary = first?.parts.map((part) => (part.type === 'text' ? part.text : '')).join(' ')
  return titleOf({ metadata: view.metadata, agent: view.agent, summary })
}
