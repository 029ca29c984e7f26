import type { Viewer } from '@longwire/protocol'
import { VERBS } from '../auth/access.ts'
import type { Identity } from '../auth/verifier.ts'

/** One line that reads a session, for as long as it does. */
export interface Seat {
  /** Names the line: all seats of one line are one viewer. */
  readonly viewer: string
  readonly identity: Pick<Identity, 'principal' | 'name' | 'verbs'>
  /** Milliseconds since 1970. */
  readonly since: number
  /** Left out by a reader that did not ask who else is there. False where it has no room now: it is told later. */
  readonly tell?: ((present: Present) => boolean) | undefined
}

/** Who reads a session now, as one of them is told. */
export interface Present {
  readonly viewers: readonly Viewer[]
  /** How many more there are than are named. */
  readonly more?: number
}

interface Taken {
  readonly seat: Seat
  told: string
}

const GATHER_MS = 100
const NOBODY: Present = { viewers: [] }

/**
 * Who reads one session at this moment. It is in no log. Whoever asked is told at once when it comes, and soon after it
 * changes: what happens within a moment is told together, so that a crowd that comes back costs little.
 */
export class Presence {
  /** Hears who is here, soon after somebody came or went. */
  onChange: (here: readonly Viewer[]) => void = () => {}
  readonly #most: number
  readonly #seats = new Set<Taken>()
  #elsewhere: Present = NOBODY
  #telling: NodeJS.Timeout | undefined

  constructor(most: number) {
    this.#most = most
  }

  /** Takes a seat, and answers the way to leave it. */
  enter(seat: Seat): () => void {
    const taken: Taken = { seat, told: '' }
    this.#seats.add(taken)
    this.#tell(taken)
    this.#tellSoon()
    return () => {
      if (this.#seats.delete(taken)) this.#tellSoon()
    }
  }

  /** Who reads it here, those who came first before the others. */
  get #here(): readonly Viewer[] {
    const byViewer = new Map<string, Viewer>()
    const seats = [...this.#seats].sort((a, b) => a.seat.since - b.seat.since)
    for (const { seat } of seats) if (!byViewer.has(seat.viewer)) byViewer.set(seat.viewer, viewerOf(seat))
    return [...byViewer.values()]
  }

  /** Who reads it on other nodes. */
  set elsewhere(present: Present) {
    this.#elsewhere = present
    if (this.#seats.size > 0) this.#tellSoon()
  }

  /** Everybody who is there and has a name here, those who came first before the others. */
  #everybody(here: readonly Viewer[]): readonly Viewer[] {
    const { viewers } = this.#elsewhere
    return viewers.length === 0 ? here : [...here, ...viewers].sort((a, b) => a.since - b.since)
  }

  #tellSoon(): void {
    this.#telling ??= setTimeout(() => this.#tellAll(), GATHER_MS).unref()
  }

  #tellAll(): void {
    this.#telling = undefined
    const here = this.#here
    const viewers = this.#everybody(here)
    const told = [...this.#seats].map((taken) => this.#tell(taken, viewers))
    if (told.includes(false)) this.#tellSoon()
    this.onChange(here)
  }

  /** False where this one has no room for it now. */
  #tell(taken: Taken, viewers = this.#everybody(this.#here)): boolean {
    const { viewer, tell } = taken.seat
    if (!tell) return true
    const present = this.#presentTo(viewer, viewers)
    const text = JSON.stringify(present)
    if (text === taken.told) return true
    if (!tell(present)) return false
    taken.told = text
    return true
  }

  /** Whoever is told is among those that are named, however many there are. */
  #presentTo(you: string, viewers: readonly Viewer[]): Present {
    const marked = viewers.map((each) => (each.viewer === you ? { ...each, you: true as const } : each))
    const { more = 0 } = this.#elsewhere
    if (marked.length <= this.#most) return { viewers: marked, ...(more === 0 ? {} : { more }) }
    const own = marked.filter((each) => each.viewer === you)
    const others = marked.filter((each) => each.viewer !== you).slice(0, this.#most - own.length)
    return { viewers: [...own, ...others], more: more + marked.length - own.length - others.length }
  }
}

function viewerOf({ viewer, identity: { principal, name, verbs }, since }: Seat): Viewer {
  const mayOnlyWatch = verbs !== undefined && VERBS.every((verb) => verb === 'observe' || !verbs.includes(verb))
  return {
    viewer,
    principal,
    ...(name === undefined ? {} : { name }),
    since,
    ...(mayOnlyWatch ? { watches: true } : {}),
  }
}
