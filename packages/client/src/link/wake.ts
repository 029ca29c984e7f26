/** Tells when waiting makes no sense any more: the network is back, the page is seen, restored or thawed. */
export type Wakes = (wake: () => void) => () => void

interface Target {
  readonly visibilityState?: string
  addEventListener?(type: string, listener: () => void): void
  removeEventListener?(type: string, listener: () => void): void
}

/** The events of a page. In a worker there is `online` alone, elsewhere there are none. */
export const pageWakes: Wakes = (wake) => {
  const page = globalThis as Target & { readonly document?: Target }
  const { document } = page
  const seen = () => document?.visibilityState === 'visible' && wake()
  const heard: readonly [Target | undefined, string, () => void][] = [
    [page, 'online', wake],
    [page, 'pageshow', wake],
    [document, 'resume', wake],
    [document, 'visibilitychange', seen],
  ]
  for (const [target, type, listener] of heard) target?.addEventListener?.(type, listener)
  return () => {
    for (const [target, type, listener] of heard) target?.removeEventListener?.(type, listener)
  }
}
