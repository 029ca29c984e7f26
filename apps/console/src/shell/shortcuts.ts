import { useEffect } from 'react'

const isMac = /Mac|iPhone|iPad/.test(navigator.platform)

/** What the keyboard can do anywhere on the page. All with a modifier: a single letter may be somebody's screen reader. */
export const SHORTCUTS = {
  search: { code: 'KeyK', with: 'ctrl', does: 'Search the sessions' },
  fresh: { code: 'KeyN', with: 'alt', does: 'Begin a new talk' },
  write: { code: 'KeyI', with: 'alt', does: 'Go to where you write' },
  request: { code: 'KeyJ', with: 'alt', does: 'Go to what the agent asks' },
  reasoning: { code: 'KeyR', with: 'alt', does: 'Show or hide the reasoning' },
  previous: { code: 'ArrowUp', with: 'alt', does: 'The session above in the list' },
  next: { code: 'ArrowDown', with: 'alt', does: 'The session below in the list' },
  shortcuts: { code: 'Slash', with: 'ctrl', does: 'Show this list' },
} as const satisfies Record<string, { code: string; with: 'ctrl' | 'alt'; does: string }>

export type ShortcutName = keyof typeof SHORTCUTS

/** What the keyboard does where something is written. */
export const WRITING_KEYS = [
  { keys: 'Enter', does: 'Send' },
  { keys: 'Shift Enter', does: 'A new line' },
  { keys: `${isMac ? '⌘' : 'Ctrl'} Enter`, does: 'While a turn runs: steer it' },
  { keys: `${isMac ? '⌘' : 'Ctrl'} Shift Enter`, does: 'While a turn runs: break into it' },
  { keys: 'Esc', does: 'Stop the turn' },
] as const

export function keysOf(name: ShortcutName): string {
  const { code, with: modifier } = SHORTCUTS[name]
  const key = code.replace('Key', '').replace('ArrowUp', '↑').replace('ArrowDown', '↓').replace('Slash', '/')
  const first = modifier === 'ctrl' ? (isMac ? '⌘' : 'Ctrl') : isMac ? '⌥' : 'Alt'
  return `${first} ${key}`
}

/** Does these things at their keys for as long as the component is there. */
export function useShortcuts(does: Partial<Record<ShortcutName, () => void>>): void {
  useEffect(() => {
    function pressed(event: KeyboardEvent) {
      for (const [name, act] of Object.entries(does)) {
        if (!isPressed(event, name as ShortcutName)) continue
        event.preventDefault()
        act()
        return
      }
    }
    addEventListener('keydown', pressed)
    return () => removeEventListener('keydown', pressed)
  })
}

function isPressed(event: KeyboardEvent, name: ShortcutName): boolean {
  const { code, with: modifier } = SHORTCUTS[name]
  const ctrl = event.ctrlKey || event.metaKey
  return (
    event.code === code && !event.shiftKey && ctrl === (modifier === 'ctrl') && event.altKey === (modifier === 'alt')
  )
}
