import { Button } from '@base-ui/react/button'
import { Menu } from '@base-ui/react/menu'
import { Archive, Bug, Download, Ellipsis, FileJson, Link2, PencilLine, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'wouter'
import { asked } from '../line/asked.ts'
import type { LiveSession } from '../line/live-session.ts'
import { useStay } from '../line/stay-context.ts'
import type { LiveState } from '../line/use-live.ts'
import { attempt } from '../shell/toast.ts'
import { Confirm } from './confirm.tsx'
import { saveSession } from './export.ts'
import { Rename } from './rename.tsx'
import { useSessionList } from './session-list-context.ts'
import { Share } from './share.tsx'
import { titleIn } from './title.ts'

type Asking = 'rename' | 'share' | 'close' | 'erase' | undefined

export interface SessionMenuProps {
  readonly live: LiveSession
  readonly state: LiveState
  readonly onErased: () => void
}

/** What can be done with a whole session. */
export function SessionMenu({ live, state, onErased }: SessionMenuProps) {
  const stay = useStay()
  const list = useSessionList()
  const [asking, ask] = useState<Asking>()
  const { session } = live
  const { view } = state
  const done = () => ask(undefined)

  async function rename(title: string) {
    done()
    await attempt('The session could not be renamed', () => session.describe({ title }))
    list.changed()
  }
  async function close() {
    done()
    await attempt('The session could not be closed', () => session.close())
    list.changed()
  }
  async function erase() {
    done()
    const path = `/v1/sessions/${encodeURIComponent(session.id)}`
    if (!(await attempt('The session could not be erased', () => asked(stay, path, { method: 'DELETE' })))) return
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
              <Menu.Item className="menu-item" disabled={view.closed !== undefined} onClick={() => ask('rename')}>
                <PencilLine size={16} />
                Rename…
              </Menu.Item>
              <Menu.Item className="menu-item" onClick={() => ask('share')}>
                <Link2 size={16} />
                Share a link to watch…
              </Menu.Item>
              <Menu.Separator className="menu-line" />
              <Menu.Item
                className="menu-item"
                onClick={() => void attempt('It could not be exported', () => saveSession(stay, view, 'markdown'))}
              >
                <Download size={16} />
                Export as Markdown
              </Menu.Item>
              <Menu.Item
                className="menu-item"
                onClick={() => void attempt('It could not be exported', () => saveSession(stay, view, 'json'))}
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
      <Rename
        title={titleIn(view)}
        isOpen={asking === 'rename'}
        onRename={(title) => void rename(title)}
        onClose={done}
      />
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
