import { Button } from '@base-ui/react/button'
import { useVirtualizer } from '@tanstack/react-virtual'
import { ArrowDown } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef } from 'react'
import type { LiveSession } from '../line/live-session.ts'
import type { LiveState } from '../line/use-live.ts'
import { Turn } from './turn.tsx'
import { useEarlier } from './use-earlier.ts'
import { useEnd } from './use-end.ts'

const ESTIMATED = 320

export interface TranscriptProps {
  readonly live: LiveSession
  readonly state: LiveState
  /** How often something was sent from here. */
  readonly sent?: number
  /** None where the page has no room or no leave for it. */
  readonly onShowReasoning?: (turn: string) => void
}

/** All turns, of which only those that are seen are made. It stays at the end while it is read there. */
export function Transcript({ live, state, sent, onShowReasoning }: TranscriptProps) {
  const { view, withdrawn, isLoaded } = state
  const { turns, hasMore, isAsking, more } = useEarlier(view)
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const { isAtEnd, scrolled, toEnd } = useEnd(scroller, content)
  const virtual = useVirtualizer({
    count: turns.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ESTIMATED,
    getItemKey: (index) => turns[index]!.turn,
    anchorTo: 'end',
    overscan: 3,
    paddingStart: 56,
    paddingEnd: 28,
  })

  const isThere = turns.length > 0
  // biome-ignore lint/correctness/useExhaustiveDependencies: what one has sent, one wants to see
  useLayoutEffect(toEnd, [isThere, sent, toEnd])

  const items = virtual.getVirtualItems()
  const isAtStart = items[0]?.index === 0
  useEffect(() => {
    if (hasMore && isAtStart && isThere && (scroller.current?.scrollTop ?? 0) < 1_200) more()
  }, [hasMore, isAtStart, isThere, more])

  return (
    <div className="transcript-frame">
      <section
        className="transcript"
        ref={scroller}
        tabIndex={0}
        aria-label="What was said"
        aria-busy={!isLoaded}
        onScroll={scrolled}
      >
        <div className="turns" ref={content} style={{ height: virtual.getTotalSize() }}>
          {hasMore && isAtStart ? (
            <p className="earlier" role="status">
              {isAsking ? 'Reading what was before…' : ''}
            </p>
          ) : null}
          {items.map(({ key, index, start }) => (
            <div
              key={key}
              data-index={index}
              ref={virtual.measureElement}
              className="turn-row"
              style={{ transform: `translateY(${start}px)` }}
            >
              <Turn
                turn={turns[index]!}
                live={live}
                withdrawn={withdrawn}
                isLast={index === turns.length - 1}
                {...(onShowReasoning ? { onShowReasoning } : {})}
              />
            </div>
          ))}
        </div>
      </section>
      {isAtEnd || !isThere ? null : (
        <Button className="button to-end" aria-label="Go to the end" onClick={toEnd}>
          <ArrowDown size={16} />
        </Button>
      )}
    </div>
  )
}
