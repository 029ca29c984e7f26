import type { AgentInfo, Client } from '@longwire/client'
import { useSyncExternalStore } from 'react'
import { FetchedList } from '../fetched-list.ts'
import { useClient } from './use-client.ts'

export interface AgentList {
  readonly agents: readonly AgentInfo[]
  readonly isLoading: boolean
  readonly error?: Error
  /** Asks for the list again. */
  refresh(): Promise<void>
}

const lists = new WeakMap<Client, FetchedList<AgentInfo>>()

/** The agents that the server has. */
export function useAgents(): AgentList {
  const client = useClient()
  const list = lists.get(client) ?? new FetchedList<AgentInfo>(async () => ({ items: await client.agents() }))
  lists.set(client, list)
  const { items, isLoading, error } = useSyncExternalStore(list.subscribe, list.getState, list.getState)
  return { agents: items, isLoading, ...(error ? { error } : {}), refresh: list.refresh }
}
