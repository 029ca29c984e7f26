import { useEffect, useLayoutEffect, useRef, useState } from 'react'

/** Of the time of the page, for a text that is said very fast: the rest is for everything else. */
const SHARE = 0.3

/**
 * A text that grows, as often as it can be shown without the page falling behind: what takes long to draw is drawn less
 * often. A text that has stopped growing is shown as it is.
 */
export function usePaced(text: string, isGrowing: boolean): string {
  const [shown, show] = useState(text)
  const pace = useRef({ began: 0, cost: 0, at: 0 })
  const current = isGrowing ? shown : text
  pace.current.began = performance.now()

  // biome-ignore lint/correctness/useExhaustiveDependencies: what is measured is the drawing of another text
  useLayoutEffect(() => {
    const { began } = pace.current
    const measure = () => {
      const now = performance.now()
      pace.current = { ...pace.current, cost: now - began, at: now }
    }
    measure()
    if (!isGrowing) return
    // What the browser does with it comes after: laying out and painting a long text takes longer than making it.
    const frame = requestAnimationFrame(() => setTimeout(measure))
    return () => cancelAnimationFrame(frame)
  }, [current])
  useEffect(() => {
    if (!isGrowing || text === shown) return
    const { cost, at } = pace.current
    const wait = at + cost / SHARE - cost - performance.now()
    if (wait <= 0) {
      show(text)
      return
    }
    const timer = setTimeout(() => show(text), wait)
    return () => clearTimeout(timer)
  }, [text, shown, isGrowing])
  return current
}
