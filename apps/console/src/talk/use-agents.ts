import type { AgentInfo, Client } from '@longwire/client'
import { useClient } from '@longwire/react'
import { useEffect, useState } from 'react'

const TRY_AGAIN_MS = 3_000

interface Agents {
  readonly agents: readonly AgentInfo[]
  readonly error?: string
}

const known = new WeakMap<Client, Agents>()

/** The agents of this server. Asked for once, and again as long as it does not answer. */
export function useAgents(): Agents {
  const client = useClient()
  const [state, setState] = useState<Agents>(known.get(client) ?? { agents: [] })
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    let isOver = false
    const ask = () =>
      client.agents().then(
        (agents) => {
          known.set(client, { agents })
          if (!isOver) setState({ agents })
        },
        (error: Error) => {
          if (isOver) return
          setState({ agents: [], error: error.message })
          timer = setTimeout(ask, TRY_AGAIN_MS)
        },
      )
    void ask()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [client])
  return state
}
