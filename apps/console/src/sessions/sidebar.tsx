import { Button } from '@base-ui/react/button'
import { Menu } from '@base-ui/react/menu'
import { useClient } from '@longwire/react'
import {
  Activity,
  Bell,
  BellOff,
  Check,
  Keyboard,
  MonitorCog,
  Moon,
  Plus,
  Search,
  Sun,
  SunMoon,
  Telescope,
} from 'lucide-react'
import { useEffect, useMemo, useState } from 'react'
import { Link, useLocation, useRoute } from 'wouter'
import { askToNotify, type Permission, permission } from '../attention/notify.ts'
import { useIsOperator } from '../operator/use-is-operator.ts'
import { Hint } from '../shell/hint.tsx'
import { LineStatus } from '../shell/line-status.tsx'
import { Mark } from '../shell/mark.tsx'
import { addressOf, HOME, sessionsIn } from '../shell/routes.ts'
import { useShell } from '../shell/shell-context.ts'
import { keysOf, useShortcuts } from '../shell/shortcuts.ts'
import { chooseTheme, THEMES, type Theme, useTheme } from '../shell/theme.ts'
import { SessionList } from './session-list.ts'
import { useSessionList, useSessions } from './session-list-context.ts'
import { SessionRows } from './session-rows.tsx'

const SETTLE_MS = 200

export function Sidebar() {
  const client = useClient()
  const ofPage = useSessionList()
  const [wanted, setWanted] = useState('')
  const search = useSettled(wanted.trim(), SETTLE_MS)
  const list = useMemo(() => (search === '' ? ofPage : new SessionList(client, search)), [client, ofPage, search])
  const { sessions } = useSessions(list)
  const [, params] = useRoute('/s/:ids')
  const [, go] = useLocation()
  const open = sessionsIn(params?.ids ?? '')

  const step = (by: number) => {
    const at = sessions.findIndex(({ session }) => session === open[0])
    const next = sessions[at + by]
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
            if (event.key === 'Enter' && sessions[0]) go(addressOf([sessions[0].session]))
            if (event.key === 'Escape') setWanted('')
          }}
        />
        <kbd>{keysOf('search')}</kbd>
      </label>
      <SessionRows key={search} list={list} open={open} isSearch={search !== ''} />
      <footer className="sidebar-foot">
        <LineStatus />
        <PageMenu />
      </footer>
    </>
  )
}

/** What somebody writes, once they have paused. */
function useSettled(text: string, ms: number): string {
  const [settled, settle] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => settle(text), text === '' ? 0 : ms)
    return () => clearTimeout(timer)
  }, [text, ms])
  return settled
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
            <NotifyItem />
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

const NOTIFIES: Record<Permission, string> = {
  default: 'Notify me…',
  granted: 'You are notified',
  denied: 'Not allowed to notify you',
  unsupported: 'This browser cannot notify',
}

function NotifyItem() {
  const [allowed, setAllowed] = useState(permission)
  return (
    <Menu.Item
      className="menu-item"
      disabled={allowed !== 'default'}
      closeOnClick={false}
      onClick={() => void askToNotify().then(setAllowed)}
    >
      {allowed === 'denied' || allowed === 'unsupported' ? <BellOff size={16} /> : <Bell size={16} />}
      {NOTIFIES[allowed]}
    </Menu.Item>
  )
}
