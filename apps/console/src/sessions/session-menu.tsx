import { Button } from '@base-ui/react/button'
import { Menu } from '@base-ui/react/menu'
import { Archive, Bug, Download, Ellipsis, FileJson, Link2, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { useLine } from '../line/line-context.ts'
import type { LiveSession, LiveState } from '../line/live-session.ts'
import { asked } from '../line/older-turns.ts'
import { attempt } from '../shell/toast.ts'
import { Confirm } from './confirm.tsx'
import { saveAsJson, saveAsMarkdown } from './export.ts'
import { useSessionList } from './session-list-context.ts'
import { Share } from './share.tsx'

type Asking = 'share' | 'close' | 'erase' | undefined

export interface SessionMenuProps {
  readonly live: LiveSession
  readonly state: LiveState
  readonly onErased: () => void
}

/** What can be done with a whole session. */
export function SessionMenu({ live, state, onErased }: SessionMenuProps) {
  const { stay, live: sessions } = useLine()
  const list = useSessionList()
  const [asking, ask] = useState<Asking>()
  const { session } = live
  const { view } = state
  const done = () => ask(undefined)

  async function close() {
    done()
    await attempt('The session could not be closed', () => session.close())
    list.refresh()
  }
  async function erase() {
    done()
    const path = `/v1/sessions/${encodeURIComponent(session.id)}`
    if (!(await attempt('The session could not be erased', () => asked(stay, path, { method: 'DELETE' })))) return
    sessions.forget(session.id)
    list.drop(session.id)
    onErased()
  }

  return (
    <>
      <Menu.Root>
        <Menu.Trigger render={<Button className="button quiet square" aria-label="Session" />}>
          <Ellipsis size={18} />
        </Menu.Trigger>
        <Menu.Portal>
          <Menu.Positioner align="end" sideOffset={6}>
            <Menu.Popup className="menu">
              <Menu.Item className="menu-item" onClick={() => ask('share')}>
                <Link2 size={16} />
                Share a link to watch…
              </Menu.Item>
              <Menu.Separator className="menu-line" />
              <Menu.Item
                className="menu-item"
                onClick={() => void attempt('It could not be exported', () => saveAsMarkdown(stay, session.id, view))}
              >
                <Download size={16} />
                Export as Markdown
              </Menu.Item>
              <Menu.Item
                className="menu-item"
                onClick={() => void attempt('It could not be exported', () => saveAsJson(stay, session.id))}
              >
                <FileJson size={16} />
                Export as JSON
              </Menu.Item>
              <Menu.Item className="menu-item" render={<Link href={`/inspect/${encodeURIComponent(session.id)}`} />}>
                <Bug size={16} />
                Inspect
              </Menu.Item>
              <Menu.Separator className="menu-line" />
              <Menu.Item className="menu-item" disabled={view.closed !== undefined} onClick={() => ask('close')}>
                <Archive size={16} />
                Close…
              </Menu.Item>
              <Menu.Item className="menu-item danger" onClick={() => ask('erase')}>
                <Trash2 size={16} />
                Erase…
              </Menu.Item>
            </Menu.Popup>
          </Menu.Positioner>
        </Menu.Portal>
      </Menu.Root>
      <Share session={session.id} isOpen={asking === 'share'} onClose={done} />
      <Confirm
        isOpen={asking === 'close'}
        title="Close this session?"
        about="The agent stops, and nothing can be added any more. What was said can still be read."
        act="Close it"
        onAct={() => void close()}
        onClose={done}
      />
      <Confirm
        isOpen={asking === 'erase'}
        title="Erase this session?"
        about="All that was said and done in it is removed from the server, for everybody and for ever."
        act="Erase it"
        isDanger
        onAct={() => void erase()}
        onClose={done}
      />
    </>
  )
}
