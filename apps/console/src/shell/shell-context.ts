import { createContext, useContext } from 'react'

export interface ShellControls {
  /** There is no room for the list beside the page. */
  readonly isNarrow: boolean
  readonly openList: () => void
  readonly showShortcuts: () => void
}

export const ShellContext = createContext<ShellControls>({
  isNarrow: false,
  openList: () => {},
  showShortcuts: () => {},
})

export function useShell(): ShellControls {
  return useContext(ShellContext)
}
