/** Starts something once its code is there, unless it was stopped before. Returns the way to stop it. */
export function later<T>(
  loading: Promise<T>,
  start: (loaded: T) => () => void,
  failed?: (error: unknown) => void,
): () => void {
  let isStopped = false
  let stop = () => {}
  loading.then((loaded) => {
    if (!isStopped) stop = start(loaded)
  }, failed)
  return () => {
    isStopped = true
    stop()
  }
}
