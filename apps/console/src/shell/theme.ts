import { useSyncExternalStore } from 'react'

export const THEMES = ['system', 'light', 'dark'] as const
export type Theme = (typeof THEMES)[number]

const KEY = 'longwire.theme'
const subscribers = new Set<() => void>()

/** The theme that was chosen on this device. */
function theme(): Theme {
  const kept = localStorage.getItem(KEY) as Theme | null
  return kept !== null && THEMES.includes(kept) ? kept : 'system'
}

export function chooseTheme(next: Theme): void {
  localStorage.setItem(KEY, next)
  showTheme()
  for (const subscriber of subscribers) subscriber()
}

/** Lets the page look as chosen. Called once before anything is shown, and at every choice. */
export function showTheme(): void {
  const chosen = theme()
  if (chosen === 'system') document.documentElement.removeAttribute('data-theme')
  else document.documentElement.setAttribute('data-theme', chosen)
}

export function useTheme(): Theme {
  return useSyncExternalStore((changed) => {
    subscribers.add(changed)
    return () => subscribers.delete(changed)
  }, theme)
}
