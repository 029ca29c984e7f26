import type { SessionEvent } from '@longwire/protocol'
import { useEffect, useState } from 'react'
import { asked } from '../line/asked.ts'
import { beforeNextPicture } from '../line/frames.ts'
import type { LiveSession } from '../line/live-session.ts'
import type { Stay } from '../line/stay.ts'
import { useStay } from '../line/stay-context.ts'

const MOST_PAGES = 20

interface Page {
  readonly events: readonly SessionEvent[]
  readonly place: string
}

/** All events of a turn: those in the log, and those that come while it is shown. Undefined until the log is read. */
export function useTurnEvents(live: LiveSession, turn: string): readonly SessionEvent[] | undefined {
  const stay = useStay()
  const [events, setEvents] = useState<readonly SessionEvent[]>()
  useEffect(() => {
    setEvents(undefined)
    let isOver = false
    let isDue = false
    const known: SessionEvent[] = []
    const seen = new Set<string>()
    const add = (event: SessionEvent) => {
      const place = `${event.seq}.${'sub' in event ? event.sub : 0}`
      if (event.turn !== turn || seen.has(place)) return
      seen.add(place)
      known.push(event)
    }
    const show = () => {
      if (isDue) return
      isDue = true
      beforeNextPicture(() => {
        isDue = false
        if (!isOver) setEvents(known.toSorted(inOrder))
      })
    }
    const stopListening = live.listen((event) => {
      if (event.type === 'snapshot') return
      add(event)
      if (seen.size > 0) show()
    })
    logOf(stay, live.session.id, turn, (page) => {
      for (const event of page) add(event)
    }).then(show, show)
    return () => {
      isOver = true
      stopListening()
    }
  }, [live, stay, turn])
  return events
}

/** Turns are named for the commit that began them. */
async function logOf(stay: Stay, session: string, turn: string, take: (events: Page['events']) => void): Promise<void> {
  const first = Number(/^t(\d+)$/.exec(turn)?.[1] ?? 1)
  let place = String(first - 1)
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const path = `/v1/sessions/${encodeURIComponent(session)}/events?after=${place}&trace=debug`
    const page = await asked<Page>(stay, path)
    take(page.events)
    const isOver = page.events.some((event) => event.type === 'turn.ended' && event.turn === turn)
    if (isOver || page.events.length === 0 || page.place === place) return
    place = page.place
  }
}

function inOrder(a: SessionEvent, b: SessionEvent): number {
  return a.seq - b.seq || ('sub' in a ? a.sub : 0) - ('sub' in b ? b.sub : 0)
}
