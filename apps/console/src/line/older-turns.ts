import type { SessionView, TurnView } from '@longwire/view'
import type { Stay } from './stay.ts'

const PAGE = 20

export interface OlderTurns {
  readonly turns: readonly TurnView[]
  readonly hasMore: boolean
}

/** The turns of a session before one of them, a page of them. */
export async function olderTurns(stay: Stay, session: string, before: string): Promise<OlderTurns> {
  const query = new URLSearchParams({ turns: String(PAGE), before, trace: 'detail' })
  const view = await asked<SessionView>(stay, `/v1/sessions/${encodeURIComponent(session)}/view?${query}`)
  return { turns: view.turns, hasMore: view.earlier > 0 }
}

/** What a door of the server answers, asked as the one who is here. */
export async function asked<T>(stay: Stay, path: string, init: RequestInit = {}): Promise<T> {
  const ticket = stay.kind === 'watch' ? { authorization: `Bearer ${stay.ticket}` } : {}
  const response = await fetch(path, { ...init, headers: { accept: 'application/json', ...ticket, ...init.headers } })
  const body = await response.json().catch(() => ({}))
  if (!response.ok) throw new Error((body as { message?: string }).message ?? `the server answered ${response.status}`)
  return body as T
}
