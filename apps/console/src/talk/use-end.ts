import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

/** So close to the end still is the end. */
const NEAR_END = 80

export interface End {
  readonly isAtEnd: boolean
  /** Tell it of each scroll. */
  readonly scrolled: () => void
  readonly toEnd: () => void
}

/**
 * Keeps a scroller at its end while it is read there, whatever grows or shrinks in it or beside it. Whoever scrolls up has
 * left the end; whoever comes back to it follows again.
 */
export function useEnd(scroller: RefObject<HTMLElement | null>, content: RefObject<HTMLElement | null>): End {
  const [isAtEnd, setAtEnd] = useState(true)
  const follows = useRef(true)
  const before = useRef({ top: 0, height: 0, room: 0 })

  const toEnd = useCallback(() => {
    follows.current = true
    const { current } = scroller
    if (current) current.scrollTop = current.scrollHeight
  }, [scroller])

  const scrolled = useCallback(() => {
    const { current } = scroller
    if (!current) return
    const { scrollTop: top, scrollHeight: height, clientHeight: room } = current
    const isNear = height - top - room < NEAR_END
    const isSameSize = height === before.current.height && room === before.current.room
    if (isNear) follows.current = true
    else if (isSameSize && top < before.current.top) follows.current = false
    before.current = { top, height, room }
    setAtEnd(isNear)
  }, [scroller])

  useEffect(() => {
    const sizes = new ResizeObserver(() => {
      if (follows.current) toEnd()
    })
    for (const { current } of [scroller, content]) if (current) sizes.observe(current)
    return () => sizes.disconnect()
  }, [scroller, content, toEnd])

  return { isAtEnd, scrolled, toEnd }
}
