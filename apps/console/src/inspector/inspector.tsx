import type { ReadEvent } from '@longwire/client'
import { useEffect, useState } from 'react'
import { useLive } from '../line/use-live.ts'

const MOST = 500

/** What passes on the line of one session, as it passes. */
export default function Inspector({ session }: { session: string | undefined }) {
  return (
    <section className="page-column" aria-labelledby="inspector-title">
      <h1 id="inspector-title">Inspector</h1>
      {session === undefined ? <p>Open it from the menu of a session.</p> : <Passing session={session} />}
    </section>
  )
}

function Passing({ session }: { session: string }) {
  const live = useLive(session)
  const [events, setEvents] = useState<readonly ReadEvent[]>([])
  useEffect(() => live.listen((event) => setEvents((before) => [...before, event].slice(-MOST))), [live])
  return (
    <ol className="inspector-events">
      {events.map((event) => (
        <li key={`${event.type} ${'seq' in event ? event.seq : event.at} ${'sub' in event ? event.sub : ''}`}>
          <code>{JSON.stringify(event).slice(0, 400)}</code>
        </li>
      ))}
    </ol>
  )
}
