type Frames = { readonly requestAnimationFrame?: (then: () => void) => number }

/** Longer than any frame that is drawn. */
const UNDRAWN_MS = 100

/** Calls `then` once, before the next picture is drawn: a hidden page draws none, and hears a little later. */
export function nextFrame(then: () => void): void {
  const { requestAnimationFrame } = globalThis as Frames
  let isOver = false
  const once = () => {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    then()
  }
  const timer = setTimeout(once, requestAnimationFrame ? UNDRAWN_MS : 0)
  requestAnimationFrame?.(once)
}
