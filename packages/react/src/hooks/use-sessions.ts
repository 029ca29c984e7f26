import type { Client, SessionInfo, SessionsQuery } from '@longwire/client'
import { useSyncExternalStore } from 'react'
import { FetchedList } from '../fetched-list.ts'
import { useClient } from './use-client.ts'

export interface SessionList {
  /** Newest first. */
  readonly sessions: readonly SessionInfo[]
  readonly isLoading: boolean
  readonly error?: Error
  readonly hasMore: boolean
  /** Adds the next page. */
  more(): Promise<void>
  /** Asks for the list again, from its beginning. */
  refresh(): Promise<void>
}

const lists = new WeakMap<Client, Map<string, FetchedList<SessionInfo>>>()

/** One's own sessions, those that `query` asks for. Components that ask the same share one list. */
export function useSessions(query: Omit<SessionsQuery, 'cursor'> = {}): SessionList {
  const list = listOf(useClient(), query)
  const { items, ...state } = useSyncExternalStore(list.subscribe, list.getState, list.getState)
  return { ...state, sessions: items, more: list.more, refresh: list.refresh }
}

function listOf(client: Client, query: SessionsQuery): FetchedList<SessionInfo> {
  const known = lists.get(client) ?? new Map<string, FetchedList<SessionInfo>>()
  lists.set(client, known)
  const key = JSON.stringify([query.agent, query.status])
  const list =
    known.get(key) ??
    new FetchedList<SessionInfo>(async (cursor) => {
      const page = await client.sessions({ ...query, ...(cursor === undefined ? {} : { cursor }) })
      return { items: page.sessions, cursor: page.cursor }
    })
  known.set(key, list)
  return list
}
