import { useSyncExternalStore } from 'react'

/** Whether this holds of the window now. */
function useMedia(query: string): boolean {
  const subscribe = (changed: () => void) => {
    const media = matchMedia(query)
    media.addEventListener('change', changed)
    return () => media.removeEventListener('change', changed)
  }
  return useSyncExternalStore(subscribe, () => matchMedia(query).matches)
}

/** Whether there is room for one thing beside another: on a phone there is not. */
export function useIsNarrow(): boolean {
  return useMedia('(max-width: 820px)')
}
