import type { Client, Session } from '@longwire/client'
import { createContext } from 'react'

/** What the providers above a component gave it. */
export interface Given {
  readonly client?: Client | undefined
  readonly session?: Session | undefined
}

export const LongwireContext = createContext<Given>({})
