import type { SessionEvent } from '@longwire/protocol'
import { isAfter, placeOf } from '@longwire/protocol'
import { emptyView, fold, type SessionView } from '@longwire/view'
import type { Passed } from './frame-tap.ts'

/** A view is kept for so many events, so that a step back is a short walk forward. */
const KEEP_EVERY = 250

/**
 * The events of a session in their order, and the view at any of them. Moving is cheap in both directions: views are kept
 * on the way.
 */
export class Recording {
  readonly events: readonly SessionEvent[]
  readonly #kept = new Map<number, SessionView>([[0, emptyView()]])

  constructor(events: readonly SessionEvent[]) {
    this.events = events
  }

  get length(): number {
    return this.events.length
  }

  /** The view after the first `count` events. */
  viewAfter(count: number): SessionView {
    const wanted = Math.max(0, Math.min(count, this.length))
    let at = Math.floor(wanted / KEEP_EVERY) * KEEP_EVERY
    while (!this.#kept.has(at)) at -= KEEP_EVERY
    let view = this.#kept.get(at)!
    while (at < wanted) {
      view = fold(view, this.events[at]!)
      at += 1
      if (at % KEEP_EVERY === 0) this.#kept.set(at, view)
    }
    return view
  }

  /** Milliseconds from the first event to the one after the first `count`. */
  elapsed(count: number): number {
    const first = this.events[0]
    const last = this.events[Math.min(count, this.length) - 1]
    return first && last ? Math.max(0, last.at - first.at) : 0
  }

  /** How many events had happened `ms` after the first. */
  countAt(ms: number): number {
    const first = this.events[0]?.at ?? 0
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.events[middle]!.at - first <= ms) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Why a file is no recording. */
export class NoRecording extends Error {
  override readonly name = 'NoRecording'
}

/** A recording from text: an export (`{ events: […] }`), an array of events, a fold case, or an event on each line. */
export function parseRecording(text: string): Recording {
  const events = eventsIn(text)
  events.forEach((event, index) => {
    const isEvent = typeof event?.type === 'string' && Number.isSafeInteger(event.seq) && typeof event.at === 'number'
    if (!isEvent) throw new NoRecording(`number ${index + 1} is not an event: it needs a type, a seq and a time`)
    const before = events[index - 1]
    if (before && !isAfter(placeOf(event), placeOf(before)))
      throw new NoRecording(`number ${index + 1} does not stand after the event in front of it`)
  })
  if (events.length === 0) throw new NoRecording('there is no event in it')
  return new Recording(events)
}

function eventsIn(text: string): SessionEvent[] {
  const trimmed = text.trim()
  try {
    const parsed: unknown = JSON.parse(trimmed)
    const value = Array.isArray(parsed) && parsed[0]?.events ? parsed[0] : parsed // the first case of a file of them
    if (Array.isArray(value)) return value
    if (typeof value === 'object' && value !== null && 'events' in value && Array.isArray(value.events))
      return value.events
    if (typeof value === 'object' && value !== null && 'type' in value) return [value as SessionEvent]
  } catch {
    // Lines, then.
  }
  return trimmed.split('\n').map((line, index) => {
    try {
      return JSON.parse(line) as SessionEvent
    } catch {
      throw new NoRecording(`line ${index + 1} is not JSON`)
    }
  })
}

/** A case as those of `spec/cases/fold`: these events and the view that they make. Numbers of rules are the author's to add. */
export function fixtureOf(events: readonly SessionEvent[], title: string): string {
  const view = new Recording(events).viewAfter(events.length)
  return `${JSON.stringify([{ rules: [], title, events, view }], undefined, 2)}\n`
}

/**
 * What passed of one session, drafts and all, as far as it can be folded: from the last place where the page heard of the
 * session from its beginning. Channels of that session are known by the `attached` that named it.
 */
export function eventsPassed(passed: readonly Passed[], session: string): Recording {
  const channels = new Set<unknown>()
  const events: SessionEvent[] = []
  for (const { way, text } of passed) {
    if (way !== 'in') continue
    const frame = JSON.parse(text) as { type?: string; ch?: number; session?: string; seq?: number }
    if (frame.type === 'attached') {
      if (frame.session === session) channels.add(frame.ch)
      else channels.delete(frame.ch)
    } else if (frame.seq !== undefined && channels.has(frame.ch)) {
      const { ch: _, ...event } = frame
      const last = events.at(-1)
      if (!last || isAfter(placeOf(event as SessionEvent), placeOf(last))) events.push(event as SessionEvent)
    }
  }
  if (events.length === 0) throw new NoRecording('nothing of this session has passed on this page yet')
  return new Recording(events)
}
