import type { SessionView } from '@longwire/view'
import type { Stay } from '../line/stay.ts'
import { titleIn } from './title.ts'

const ENDINGS = { markdown: 'md', json: 'json' }

/** Saves the whole session: to be read, or with all that is in its log. */
export async function saveSession(stay: Stay, view: SessionView, format: keyof typeof ENDINGS): Promise<void> {
  const headers = stay.kind === 'watch' ? { authorization: `Bearer ${stay.ticket}` } : {}
  const path = `/v1/sessions/${encodeURIComponent(view.session)}/export?format=${format}`
  const response = await fetch(path, { headers })
  if (!response.ok) throw new Error(`the server answered ${response.status}`)
  save(`${fileName(titleIn(view))}.${ENDINGS[format]}`, await response.blob())
}

function fileName(text: string): string {
  const name = text
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .toLowerCase()
  return name.slice(0, 60) || 'session'
}

function save(name: string, blob: Blob): void {
  const href = URL.createObjectURL(blob)
  Object.assign(document.createElement('a'), { href, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(href), 10_000)
}
