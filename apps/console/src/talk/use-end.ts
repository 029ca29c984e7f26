import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

/** So close to the end still is the end. */
const NEAR_END = 80
/** How a person moves what scrolls. */
const BY_HAND = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const

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
  /** Whether a person has moved it since it was last taken to its end: rows that turn out another size move it as well. */
  const isByHand = useRef(false)
  const before = useRef({ top: 0, height: 0, room: 0 })

  const toEnd = useCallback(() => {
    follows.current = true
    isByHand.current = false
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
    else if (isByHand.current && isSameSize && top < before.current.top) follows.current = false
    else if (!isByHand.current && follows.current) requestAnimationFrame(() => follows.current && toEnd())
    before.current = { top, height, room }
    setAtEnd(isNear)
  }, [scroller, toEnd])

  useEffect(() => {
    const { current } = scroller
    const byHand = () => {
      isByHand.current = true
    }
    for (const how of BY_HAND) current?.addEventListener(how, byHand, { passive: true })
    return () => {
      for (const how of BY_HAND) current?.removeEventListener(how, byHand)
    }
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
