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

/** A door said no. */
export class DoorError extends Error {
  override readonly name = 'DoorError'
  readonly status: number

  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** What a door of the server answers, asked as the one who is here. Rejects with `DoorError` where it says no. */
export async function asked<T>(stay: Stay, path: string, init: RequestInit = {}): Promise<T> {
  const ticket = stay.kind === 'watch' ? { authorization: `Bearer ${stay.ticket}` } : {}
  const response = await fetch(path, { ...init, headers: { accept: 'application/json', ...ticket, ...init.headers } })
  const body = await response.json().catch(() => ({}))
  if (!response.ok) {
    const { message = `the server answered ${response.status}` } = body as { message?: string }
    throw new DoorError(response.status, message)
  }
  return body as T
}
