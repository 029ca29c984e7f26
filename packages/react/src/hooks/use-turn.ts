import type { Session } from '@longwire/client'
import type { TurnView } from '@longwire/view'
import { useView } from './use-view.ts'

export interface TurnOptions {
  /** The last one unless given. */
  readonly turn?: string
  /** That of the provider above unless given. */
  readonly session?: Session
}

/** A turn of the session: the last one, or the one that is named. */
export function useTurn({ turn, ...options }: TurnOptions = {}): TurnView | undefined {
  return useView(
    (view) => (turn === undefined ? view.turns.at(-1) : view.turns.find((each) => each.turn === turn)),
    options,
  )
}
