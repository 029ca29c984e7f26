import type { SessionView, TurnView } from '@longwire/view'
import { useCallback, useMemo, useRef, useState } from 'react'
import { olderTurns } from '../line/older-turns.ts'
import { useStay } from '../line/stay-context.ts'

export interface Earlier {
  /** All that is here, oldest first. */
  readonly turns: readonly TurnView[]
  readonly hasMore: boolean
  readonly isAsking: boolean
  readonly more: () => void
}

/** The turns of the view, and before them the pages that were asked for. */
export function useEarlier(view: SessionView): Earlier {
  const stay = useStay()
  const [older, setOlder] = useState<{ turns: readonly TurnView[]; hasMore?: boolean }>({ turns: [] })
  const [isAsking, setAsking] = useState(false)
  const asking = useRef(false)
  const { session, turns: known } = view
  const turns = useMemo(() => {
    const here = new Set(known.map(({ turn }) => turn))
    return older.turns.length === 0 ? known : [...older.turns.filter(({ turn }) => !here.has(turn)), ...known]
  }, [older, known])
  const hasMore = older.hasMore ?? view.earlier > 0
  const first = turns[0]?.turn

  const more = useCallback(() => {
    if (asking.current || first === undefined) return
    asking.current = true
    setAsking(true)
    olderTurns(stay, session, first)
      .then((page) => setOlder((before) => ({ turns: [...page.turns, ...before.turns], hasMore: page.hasMore })))
      .catch(() => {}) // the row that asks stays, and asks again when it is seen again
      .finally(() => {
        asking.current = false
        setAsking(false)
      })
  }, [stay, session, first])
  return { turns, hasMore, isAsking, more }
}
