import { Button } from '@base-ui/react/button'
import { Menu } from '@base-ui/react/menu'
import { Activity, Check, Keyboard, MonitorCog, Moon, Plus, Search, Sun, SunMoon, Telescope } from 'lucide-react'
import { useDeferredValue, useState } from 'react'
import { Link, useLocation, useRoute } from 'wouter'
import { useIsOperator } from '../operator/use-is-operator.ts'
import { Hint } from '../shell/hint.tsx'
import { LineStatus } from '../shell/line-status.tsx'
import { Mark } from '../shell/mark.tsx'
import { addressOf, HOME, sessionsIn } from '../shell/routes.ts'
import { useShell } from '../shell/shell-context.ts'
import { keysOf, useShortcuts } from '../shell/shortcuts.ts'
import { chooseTheme, THEMES, type Theme, useTheme } from '../shell/theme.ts'
import { useSessions } from './session-list-context.ts'
import { SessionRows } from './session-rows.tsx'
import { titleOf } from './title.ts'

export function Sidebar() {
  const { sessions } = useSessions()
  const [wanted, setWanted] = useState('')
  const search = useDeferredValue(wanted.trim().toLowerCase())
  const [, params] = useRoute('/s/:ids')
  const [, go] = useLocation()
  const open = sessionsIn(params?.ids ?? '')
  const found = search === '' ? sessions : sessions.filter((session) => fits(session, search))

  const step = (by: number) => {
    const at = found.findIndex(({ session }) => session === open[0])
    const next = found[at + by]
    if (next) go(addressOf([next.session]))
  }
  useShortcuts({ previous: () => step(-1), next: () => step(1) })

  return (
    <>
      <header className="sidebar-head">
        <Link href={HOME} className="brand">
          <Mark />
          <span>Longwire</span>
        </Link>
        <Hint text="New talk" keys={keysOf('fresh')}>
          <Button className="button quiet square" aria-label="New talk" onClick={() => go(HOME)}>
            <Plus size={18} />
          </Button>
        </Hint>
      </header>
      <label className="session-search" htmlFor="session-search">
        <Search size={15} aria-hidden="true" />
        <span className="for-ears">Search the sessions</span>
        <input
          id="session-search"
          type="search"
          placeholder="Search"
          autoComplete="off"
          value={wanted}
          onChange={({ target }) => setWanted(target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && found[0]) go(addressOf([found[0].session]))
            if (event.key === 'Escape') setWanted('')
          }}
        />
        <kbd>{keysOf('search')}</kbd>
      </label>
      <SessionRows sessions={found} open={open} isSearch={search !== ''} />
      <footer className="sidebar-foot">
        <LineStatus />
        <PageMenu />
      </footer>
    </>
  )
}

function fits(session: Parameters<typeof titleOf>[0] & { session: string; status: string }, search: string): boolean {
  const text = `${titleOf(session)} ${session.agent} ${session.status} ${session.session}`.toLowerCase()
  return search.split(/\s+/).every((word) => text.includes(word))
}

const THEME_ICONS = { system: MonitorCog, light: Sun, dark: Moon }
const THEME_NAMES: Record<Theme, string> = { system: 'As this device', light: 'Light', dark: 'Dark' }

function PageMenu() {
  const { showShortcuts } = useShell()
  const theme = useTheme()
  const isOperator = useIsOperator()
  return (
    <Menu.Root>
      <Menu.Trigger render={<Button className="button quiet square" aria-label="Appearance, keyboard and more" />}>
        <SunMoon size={17} />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner side="top" align="end" sideOffset={6}>
          <Menu.Popup className="menu">
            <Menu.RadioGroup value={theme} onValueChange={(next) => chooseTheme(next as Theme)}>
              {THEMES.map((each) => {
                const Icon = THEME_ICONS[each]
                return (
                  <Menu.RadioItem key={each} value={each} className="menu-item" closeOnClick>
                    <Icon size={16} />
                    {THEME_NAMES[each]}
                    <Menu.RadioItemIndicator className="menu-check">
                      <Check size={15} />
                    </Menu.RadioItemIndicator>
                  </Menu.RadioItem>
                )
              })}
            </Menu.RadioGroup>
            <Menu.Separator className="menu-line" />
            <Menu.Item className="menu-item" render={<Link href="/inspect" />}>
              <Telescope size={16} />
              Inspector
            </Menu.Item>
            {isOperator ? (
              <Menu.Item className="menu-item" render={<Link href="/operator" />}>
                <Activity size={16} />
                Operator
              </Menu.Item>
            ) : null}
            <Menu.Item className="menu-item" onClick={showShortcuts}>
              <Keyboard size={16} />
              Keyboard
              <kbd>{keysOf('shortcuts')}</kbd>
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
