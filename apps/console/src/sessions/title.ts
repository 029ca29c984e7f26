import type { Metadata } from '@longwire/protocol'

const LONGEST = 64

/** What a session is called: as it was named, else for what it was asked first. */
export function titleOf({ metadata, agent }: { readonly metadata: Metadata; readonly agent: string }): string {
  const { title } = metadata
  return typeof title === 'string' && title.trim() !== '' ? title : `Talk with ${agent}`
}

/** A name for a session that begins with this question. */
export function titleFor(question: string): string {
  const line = question.trim().split('\n', 1)[0] ?? ''
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1).trimEnd()}…`
}
