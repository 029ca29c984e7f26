import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, type ReactNode, useEffect, useRef } from 'react'

const ROW_HEIGHT = 28

export interface RowListProps {
  readonly label: string
  readonly count: number
  readonly keyOf: (index: number) => string | number
  readonly row: (index: number) => ReactNode
  /** The index of the chosen row; below 0 for none. */
  readonly chosen: number
  readonly onChoose: (index: number) => void
  /** What is there where nothing is. */
  readonly empty: string
  /** Stays at the end while rows are added, as long as it is there. */
  readonly isFollowed?: boolean
}

/** A long list of rows of one height, of which only those that are seen are made. Arrow keys move the choice. */
export function RowList({ label, count, keyOf, row, chosen, onChoose, empty, isFollowed = false }: RowListProps) {
  const scroller = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const virtual = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    getItemKey: keyOf,
    overscan: 12,
  })
  useEffect(() => {
    if (isFollowed && isAtEnd.current && count > 0) virtual.scrollToIndex(count - 1, { align: 'end' })
  }, [isFollowed, count, virtual])

  function onKeyDown(event: KeyboardEvent): void {
    const to = MOVES[event.key]?.(chosen, count)
    if (to === undefined || count === 0) return
    event.preventDefault()
    const next = Math.max(0, Math.min(count - 1, to))
    onChoose(next)
    virtual.scrollToIndex(next)
  }

  return (
    <div
      className="row-list"
      ref={scroller}
      role="listbox"
      tabIndex={0}
      aria-label={label}
      aria-activedescendant={chosen >= 0 ? rowId(label, chosen) : undefined}
      onKeyDown={onKeyDown}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        isAtEnd.current = scrollHeight - scrollTop - clientHeight < ROW_HEIGHT * 2
      }}
    >
      {count === 0 ? <p className="row-list-empty">{empty}</p> : null}
      <div className="row-list-rows" style={{ height: virtual.getTotalSize() }}>
        {virtual.getVirtualItems().map(({ key, index, start }) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the list moves the choice by keys
          <div
            key={key}
            id={rowId(label, index)}
            role="option"
            tabIndex={-1}
            aria-selected={index === chosen}
            aria-setsize={count}
            aria-posinset={index + 1}
            className="row-list-row"
            style={{ transform: `translateY(${start}px)`, height: ROW_HEIGHT }}
            onClick={() => onChoose(index)}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  )
}

const MOVES: Record<string, (at: number, count: number) => number> = {
  ArrowDown: (at) => at + 1,
  ArrowUp: (at) => at - 1,
  PageDown: (at) => at + 20,
  PageUp: (at) => at - 20,
  Home: () => 0,
  End: (_, count) => count - 1,
}

function rowId(label: string, index: number): string {
  return `${label.replaceAll(/\W+/g, '-').toLowerCase()}-${index}`
}
