import './session-rows.css'
import { Button } from '@base-ui/react/button'
import type { SessionInfo } from '@longwire/client'
import { useVirtualizer } from '@tanstack/react-virtual'
import { Columns2 } from 'lucide-react'
import { useEffect, useMemo, useRef } from 'react'
import { Link, useLocation } from 'wouter'
import { Hint } from '../shell/hint.tsx'
import { addressOf } from '../shell/routes.ts'
import { useShell } from '../shell/shell-context.ts'
import { useNow } from '../shell/use-now.ts'
import { ago, dayOf } from '../shell/words.ts'
import type { SessionList } from './session-list.ts'
import { useSessions } from './session-list-context.ts'
import { titleOf } from './title.ts'

const MOST_BESIDE = 4
const ROW = 52
const HEADING = 32

type Row = { readonly heading: string } | { readonly info: SessionInfo }

/** The list of sessions under the days they are of. However many there are, only those that are seen are made. */
export function SessionRows(props: { list: SessionList; open: readonly string[]; isSearch: boolean }) {
  const { list, open, isSearch } = props
  const { sessions, hasMore, isLoaded, error } = useSessions(list)
  const now = useNow(30_000)
  const scroller = useRef<HTMLDivElement>(null)
  const rows = useMemo(() => rowsOf(sessions, now), [sessions, now])
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroller.current,
    estimateSize: (index) => ('heading' in rows[index]! ? HEADING : ROW),
    getItemKey: (index) => keyOf(rows[index]!),
    overscan: 8,
  })
  const items = virtual.getVirtualItems()
  const isAtEnd = (items.at(-1)?.index ?? 0) >= rows.length - 1

  // biome-ignore lint/correctness/useExhaustiveDependencies: a page that is there asks for the next one
  useEffect(() => {
    if (hasMore && isAtEnd) void list.more()
  }, [hasMore, isAtEnd, isSearch, list, sessions.length])

  return (
    <div className="session-scroller" ref={scroller}>
      {error !== undefined && sessions.length === 0 ? (
        <p className="list-note">The list cannot be had: {error}</p>
      ) : null}
      {isLoaded && error === undefined && sessions.length === 0 ? (
        <p className="list-note">{isSearch ? 'Nothing fits.' : 'What you talk about will be here.'}</p>
      ) : null}
      <ul className="session-rows" style={{ height: virtual.getTotalSize() }}>
        {items.map(({ key, index, start }) => {
          const row = rows[index]!
          const style = { transform: `translateY(${start}px)` }
          return 'heading' in row ? (
            <li key={key} className="session-day" style={style}>
              {row.heading}
            </li>
          ) : (
            <li key={key} className="session-row" style={style}>
              <SessionRow info={row.info} open={open} now={now} />
            </li>
          )
        })}
      </ul>
    </div>
  )
}

function rowsOf(sessions: readonly SessionInfo[], now: number): readonly Row[] {
  const rows: Row[] = []
  let heading = ''
  for (const info of sessions) {
    const day = dayOf(info.createdAt, now)
    if (day !== heading) rows.push({ heading: day })
    heading = day
    rows.push({ info })
  }
  return rows
}

function keyOf(row: Row): string {
  return 'heading' in row ? `day ${row.heading}` : row.info.session
}

const STATUS: Record<SessionInfo['status'], string> = {
  idle: '',
  running: 'at work',
  waiting: 'needs you',
  closed: 'closed',
}

function SessionRow({ info, open, now }: { info: SessionInfo; open: readonly string[]; now: number }) {
  const { session, agent, status, updatedAt } = info
  const { isNarrow } = useShell()
  const [, go] = useLocation()
  const isOpen = open.includes(session)
  return (
    <>
      <Link href={addressOf([session])} className={`session-link ${status}`} aria-current={isOpen ? 'page' : undefined}>
        <span className="session-title">{titleOf(info)}</span>
        <span className="session-about">
          <span className={`status-dot ${status}`} aria-hidden="true" />
          {STATUS[status] === '' ? agent : <span className="session-status">{STATUS[status]}</span>}
          <span className="session-when figures">{ago(updatedAt, now)}</span>
        </span>
      </Link>
      {isNarrow || isOpen || open.length === 0 || open.length >= MOST_BESIDE ? null : (
        <Hint text="Open beside">
          <Button
            className="button quiet small square session-beside"
            aria-label={`Open ${titleOf(info)} beside`}
            onClick={() => go(addressOf([...open, session]))}
          >
            <Columns2 size={15} />
          </Button>
        </Hint>
      )}
    </>
  )
}
