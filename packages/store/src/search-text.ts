import type { Metadata } from '@longwire/protocol'

const MOST = 400

/** A text as it is searched in and for: the same in every store, whatever its engine knows of languages. */
export function searchable(text: string): string {
  return text.slice(0, MOST).toWellFormed().replaceAll('\0', '').normalize('NFC').toLowerCase()
}

/** What a session is called, as it is searched in. */
export function searchableTitle({ title }: Metadata): string {
  return typeof title === 'string' ? searchable(title) : ''
}
