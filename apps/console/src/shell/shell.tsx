import { Dialog } from '@base-ui/react/dialog'
import { type ReactNode, useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import { useAttention } from '../attention/use-attention.ts'
import { Sidebar } from '../sessions/sidebar.tsx'
import { HOME } from './routes.ts'
import { ShellContext } from './shell-context.ts'
import { ShortcutList } from './shortcut-list.tsx'
import { useShortcuts } from './shortcuts.ts'
import { useIsNarrow } from './use-is-narrow.ts'

/** The frame of every page: the list of sessions beside it, or behind a button where there is no room. */
export function Shell({ children }: { children: ReactNode }) {
  const isNarrow = useIsNarrow()
  const [isListOpen, setListOpen] = useState(false)
  const [areShortcutsShown, setShortcutsShown] = useState(false)
  const [address, go] = useLocation()
  useAttention()

  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever has gone somewhere wants to see it
  useEffect(() => setListOpen(false), [address])
  useShortcuts({
    fresh: () => go(HOME),
    write: () => goTo('.composer-text'),
    request: () => goTo('[data-request]'),
    shortcuts: () => setShortcutsShown((isShown) => !isShown),
    search: () => {
      // At once where the list is there: whoever goes on typing types into it.
      if (!isNarrow || isListOpen) return goToSearch()
      setListOpen(true)
      setTimeout(goToSearch)
    },
  })

  const shell = { isNarrow, openList: () => setListOpen(true), showShortcuts: () => setShortcutsShown(true) }
  return (
    <ShellContext value={shell}>
      <div className="shell">
        <a href="#main" className="skip">
          Skip the list of sessions
        </a>
        {isNarrow ? (
          <Dialog.Root open={isListOpen} onOpenChange={setListOpen}>
            <Dialog.Portal>
              <Dialog.Backdrop className="backdrop" />
              <Dialog.Popup className="sidebar as-sheet">
                <Dialog.Title className="for-ears">Sessions</Dialog.Title>
                <Sidebar />
              </Dialog.Popup>
            </Dialog.Portal>
          </Dialog.Root>
        ) : (
          <nav className="sidebar" aria-label="Sessions">
            <Sidebar />
          </nav>
        )}
        <main id="main" className="main" tabIndex={-1}>
          {children}
        </main>
      </div>
      <ShortcutList isOpen={areShortcutsShown} onOpenChange={setShortcutsShown} />
    </ShellContext>
  )
}

function goToSearch(): void {
  document.getElementById('session-search')?.focus()
}

/** To the first of these in the column where the keyboard is, else to the first of the page. */
function goTo(what: string): void {
  const here = document.activeElement?.closest('.pane')?.querySelector<HTMLElement>(what)
  const found = here ?? document.querySelector<HTMLElement>(what)
  found?.scrollIntoView({ block: 'nearest' })
  found?.focus()
}
