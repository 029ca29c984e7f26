import type { SessionView, TurnView } from '@longwire/view'
import { asked } from './asked.ts'
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
