import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Clock } from '../clock.ts'
import type { Counts, Gauged } from '../metrics.ts'

/** How the server was, over one stretch of time. */
export interface Sample {
  /** The end of the stretch: milliseconds since 1970. */
  readonly at: number
  readonly connections: number
  readonly attachments: number
  readonly sessions: number
  readonly turns: number
  readonly bufferedBytes: number
  readonly eventsPerSecond: number
  readonly commitsPerSecond: number
  readonly turnsPerSecond: number
  /** What was refused in this stretch, by code. */
  readonly errors: Readonly<Record<string, number>>
  /** How late this process's event loop was, at its 99th percentile, in milliseconds. */
  readonly loopLagMs: number
}

export interface StatsHouse extends Omit<Gauged, 'heldRefusals'> {
  readonly clock: Clock
  readonly counts: Counts
  bufferedBytes(): number
}

export const SAMPLE_EVERY_MS = 5_000
const KEPT = 120
const LAG_RESOLUTION_MS = 10

/** The last ten minutes of the server, a sample every five seconds, for plots. */
export class Stats {
  readonly #house: StatsHouse
  readonly #lag: ReturnType<typeof monitorEventLoopDelay>
  readonly #timer: NodeJS.Timeout
  #before: { readonly at: number; readonly counts: Counts }
  #samples: readonly Sample[] = []

  constructor(house: StatsHouse) {
    this.#house = house
    this.#before = { at: house.clock.now(), counts: copyOf(house.counts) }
    this.#lag = monitorEventLoopDelay({ resolution: LAG_RESOLUTION_MS })
    this.#lag.enable()
    this.#timer = setInterval(() => this.take(), SAMPLE_EVERY_MS)
    this.#timer.unref()
  }

  /** Oldest first. */
  get samples(): readonly Sample[] {
    return this.#samples
  }

  /** How it is now, over what passed since the last sample. */
  get now(): Sample {
    const house = this.#house
    const before = this.#before
    const at = house.clock.now()
    const perSecond = (count: number) => (at > before.at ? round((count * 1_000) / (at - before.at)) : 0)
    const { events, commits, turns, errors } = house.counts
    return {
      at,
      connections: house.connections(),
      attachments: house.attachments(),
      sessions: house.sessions(),
      turns: house.turns(),
      bufferedBytes: house.bufferedBytes(),
      eventsPerSecond: perSecond(events - before.counts.events),
      commitsPerSecond: perSecond(commits - before.counts.commits),
      turnsPerSecond: perSecond(turns - before.counts.turns),
      errors: risen(before.counts.errors, errors),
      loopLagMs: Math.max(0, round(this.#lag.percentile(99) / 1e6 - LAG_RESOLUTION_MS)),
    }
  }

  close(): void {
    clearInterval(this.#timer)
    this.#lag.disable()
  }

  /** Ends a stretch of time: called by its own timer. */
  take(): void {
    const sample = this.now
    this.#samples = [...this.#samples, sample].slice(-KEPT)
    this.#before = { at: sample.at, counts: copyOf(this.#house.counts) }
    this.#lag.reset()
  }
}

function copyOf(counts: Counts): Counts {
  return { ...counts, errors: new Map(counts.errors) }
}

function risen(before: ReadonlyMap<string, number>, after: ReadonlyMap<string, number>): Record<string, number> {
  const more = [...after].map(([code, count]) => [code, count - (before.get(code) ?? 0)] as const)
  return Object.fromEntries(more.filter(([, count]) => count > 0))
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}
