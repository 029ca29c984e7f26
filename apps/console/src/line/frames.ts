/** Calls `then` once before the next picture; where the page is not seen, a few times a second. Returns the way to stop it. */
export function beforeNextPicture(then: () => void): () => void {
  if (document.hidden) {
    const timer = setTimeout(then, 200)
    return () => clearTimeout(timer)
  }
  // A page that is hidden before the picture comes would wait for ever.
  const frame = requestAnimationFrame(done)
  const timer = setTimeout(done, 200)
  function stop() {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }
  function done() {
    stop()
    then()
  }
  return stop
}
