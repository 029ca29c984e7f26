/** What shows sessions comes by itself: whoever begins a talk need not wait for it. */
export const loadSideBySide = () => import('./side-by-side.tsx')
export const loadWatch = () => import('./watch.tsx')

/** Lets it come before it is asked for: at once where the address asks for it, else when there is nothing else to do. */
export function loadAhead(pathname: string): void {
  if (pathname.startsWith('/watch/')) void loadWatch()
  else if (pathname.startsWith('/s/') || !('requestIdleCallback' in globalThis)) void loadSideBySide()
  else requestIdleCallback(() => void loadSideBySide(), { timeout: 3_000 })
}
