import { Button } from '@base-ui/react/button'
import { Popover } from '@base-ui/react/popover'
import type { LinkState, WireName } from '@longwire/client'
import { useClient, useConnection } from '@longwire/react'
import { useSyncExternalStore } from 'react'
import { type LineWords, lineWords } from '../line/line-words.ts'
import { tryNow } from '../line/wakes.ts'
import { useNow } from './use-now.ts'
import { spell } from './words.ts'

/** How the line is, in a word, and behind it in all that can be known. */
export function LineStatus() {
  const state = useConnection()
  const words = useLineWords(state)
  const client = useClient()
  const unsent = useSyncExternalStore(client.subscribe, () => client.unsent)
  return (
    <Popover.Root>
      <Popover.Trigger
        render={<Button className={`line-status ${words.mood}`} aria-label={`The line: ${words.short}`} />}
      >
        <span className="line-dot" aria-hidden="true" />
        <span className="figures">{words.short}</span>
        {unsent > 0 && words.mood === 'away' ? <span className="unsent-count figures">{unsent}</span> : null}
      </Popover.Trigger>
      <span className="for-ears" role="status">
        {moodInWords(words.mood)}
      </span>
      <Popover.Portal>
        <Popover.Positioner side="top" align="start" sideOffset={8}>
          <Popover.Popup className="card-popup line-card">
            <Popover.Title className="line-title">{words.short}</Popover.Title>
            <Popover.Description className="line-about">{words.long}</Popover.Description>
            {canTry(state) ? (
              // It stays where it is while a try is under way: whoever presses it twice presses nothing else.
              <Button className="button" onClick={tryNow} disabled={state.kind !== 'waiting'} focusableWhenDisabled>
                Try now
              </Button>
            ) : null}
            <LineFacts state={state} />
          </Popover.Popup>
        </Popover.Positioner>
      </Popover.Portal>
    </Popover.Root>
  )
}

function canTry(state: LinkState): boolean {
  return state.kind === 'waiting' || (state.kind === 'connecting' && state.attempt > 1)
}

/** Only the change is told to ears, not each second of a countdown. */
function moodInWords(mood: LineWords['mood']): string {
  return {
    good: '',
    trying: 'Connecting',
    away: 'The line is away. It comes back by itself.',
    over: 'The line is closed',
  }[mood]
}

function useLineWords(state: LinkState): LineWords {
  const isBrowserOnline = useSyncExternalStore(
    (changed) => {
      addEventListener('online', changed)
      addEventListener('offline', changed)
      return () => {
        removeEventListener('online', changed)
        removeEventListener('offline', changed)
      }
    },
    () => navigator.onLine,
  )
  const now = useNow(250, state.kind === 'waiting')
  return lineWords(state, now, isBrowserOnline)
}

const WIRES: Record<WireName, string> = {
  websocket: 'WebSocket',
  sse: 'server-sent events',
  poll: 'long-polling',
}

function LineFacts({ state }: { state: LinkState }) {
  const now = useNow(1_000, state.kind === 'online')
  if (state.kind !== 'online') return null
  return (
    <dl className="facts">
      <div>
        <dt>Carried by</dt>
        <dd>{WIRES[state.wire]}</dd>
      </div>
      <div>
        <dt>For</dt>
        <dd className="figures">{spell(now - state.since)}</dd>
      </div>
      <div>
        <dt>As</dt>
        <dd>{state.principal}</dd>
      </div>
      <div>
        <dt>To</dt>
        <dd>{location.host}</dd>
      </div>
    </dl>
  )
}
