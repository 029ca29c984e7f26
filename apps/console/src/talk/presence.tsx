import './presence.css'
import { Button } from '@base-ui/react/button'
import { Popover } from '@base-ui/react/popover'
import type { Session } from '@longwire/client'
import { Eye } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { useNow } from '../shell/use-now.ts'
import { ago, counted } from '../shell/words.ts'

const MOST_SHOWN = 3

type Viewer = Session['viewers'][number]

/** Who else is here, where somebody is. */
export function Presence({ session }: { session: Session }) {
  const viewers = useSyncExternalStore(session.subscribe, () => session.viewers)
  const now = useNow(30_000)
  const others = viewers.filter(({ you }) => you !== true)
  if (others.length === 0) return null
  const says = `${counted(others.length, 'other')} here`
  return (
    <Popover.Root>
      <Popover.Trigger render={<Button className="presence" aria-label={says} />}>
        {others.slice(0, MOST_SHOWN).map((viewer) => (
          <span key={viewer.viewer} className="avatar" data-tone={toneOf(viewer.viewer)}>
            {viewer.watches ? <Eye size={11} /> : initialOf(viewer)}
          </span>
        ))}
        {others.length > MOST_SHOWN ? <span className="presence-more">+{others.length - MOST_SHOWN}</span> : null}
      </Popover.Trigger>
      <Popover.Portal>
        <Popover.Positioner align="end" sideOffset={6}>
          <Popover.Popup className="card-popup">
            <Popover.Title className="line-title">{says}</Popover.Title>
            <ul className="viewers">
              {others.map((viewer) => (
                <li key={viewer.viewer}>
                  <span className="avatar" data-tone={toneOf(viewer.viewer)} aria-hidden="true">
                    {initialOf(viewer)}
                  </span>
                  <span className="viewer-name">{nameOf(viewer)}</span>
                  <span className="viewer-about">
                    {viewer.watches ? 'watches, ' : ''}
                    {sinceInWords(viewer.since, now)}
                  </span>
                </li>
              ))}
            </ul>
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function nameOf({ name, principal }: Viewer): string {
  return name ?? (principal === 'local' ? 'Another window' : principal)
}

function initialOf(viewer: Viewer): string {
  return nameOf(viewer).charAt(0).toUpperCase()
}

function toneOf(viewer: string): number {
  return [...viewer].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 4
}

function sinceInWords(since: number, now: number): string {
  const past = ago(since, now)
  return past === 'now' ? 'just came' : `for ${past}`
}
