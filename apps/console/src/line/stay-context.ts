import { createContext, useContext } from 'react'
import type { Stay } from './stay.ts'

export const StayContext = createContext<Stay>({ kind: 'own' })

/** As whom this page is here. */
export function useStay(): Stay {
  return useContext(StayContext)
}
