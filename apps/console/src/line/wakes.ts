import type { Wakes } from '@longwire/client'

const WAKING = new EventTarget()

/** Lets a line that waits for its next try try at once. */
export function tryNow(): void {
  WAKING.dispatchEvent(new Event('wake'))
}

/** When a line that waits should try at once: the network or the page is back, or the person wants it. */
export const wakes: Wakes = (wake) => {
  const seen = () => document.visibilityState === 'visible' && wake()
  const over = new AbortController()
  const { signal } = over
  WAKING.addEventListener('wake', wake, { signal })
  addEventListener('online', wake, { signal })
  addEventListener('pageshow', wake, { signal })
  document.addEventListener('visibilitychange', seen, { signal })
  return () => over.abort()
}
