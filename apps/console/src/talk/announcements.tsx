import type { SessionView, TurnView } from '@longwire/view'
import { useEffect, useRef, useState } from 'react'
import type { LiveState } from '../line/use-live.ts'

/** So much of an answer is read aloud unasked. */
const LONGEST = 400

/**
 * What happens, for ears: that a turn began, that something is asked, and the answer once it is whole. Never the pieces.
 */
export function Announcements({ state: { view, isLoaded } }: { state: LiveState }) {
  const before = useRef<SessionView>(undefined)
  const [polite, setPolite] = useState('')
  const [urgent, setUrgent] = useState('')
  useEffect(() => {
    if (!isLoaded) return
    const { said, asked } = newsBetween(before.current, view)
    before.current = view
    if (said !== undefined) setPolite(said)
    if (asked !== undefined) setUrgent(asked)
  }, [view, isLoaded])
  return (
    <>
      <p className="for-ears" aria-live="polite">
        {polite}
      </p>
      <p className="for-ears" aria-live="assertive">
        {urgent}
      </p>
    </>
  )
}

function newsBetween(before: SessionView | undefined, now: SessionView): { said?: string; asked?: string } {
  if (before === undefined || before === now) return {}
  const asked = now.requests.find(({ request }) => !before.requests.some((known) => known.request === request))
  const last = now.turns.at(-1)
  const same = before.turns.find(({ turn }) => turn === last?.turn)
  const said = last === undefined ? undefined : newsOf(last, same)
  return { ...(said === undefined ? {} : { said }), ...(asked ? { asked: `The agent asks: ${asked.message}` } : {}) }
}

function newsOf(turn: TurnView, before: TurnView | undefined): string | undefined {
  if (before === undefined) return turn.endedAt === undefined ? 'The agent is at work' : undefined
  if (turn.endedAt === undefined || before.endedAt !== undefined) return undefined
  if (turn.status === 'failed') return `The turn failed: ${turn.error?.message ?? ''}`
  if (turn.status === 'cancelled') return 'The turn was stopped'
  const text =
    turn.messages
      .at(-1)
      ?.parts.map((part) => (part.type === 'text' ? part.text : ''))
      .join(' ') ?? ''
  return `The agent answered: ${text.slice(0, LONGEST)}`
}
