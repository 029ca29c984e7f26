import { businessDays, FIRST_DATE, LAST_DATE } from './calendar.ts'
import { EVENTS, type MarketEvent } from './events.ts'
import { type Random, seeded } from './random.ts'
import { type Listing, REGIONS, SECTORS, UNIVERSE } from './universe.ts'

// Each day the world, each region and each sector makes a move; a share takes its part of these, adds a move of its own
// and what the day's events do to it. Indices and the third currency pair are computed from the others.

export interface PriceRow {
  readonly ticker: string
  readonly date: string
  readonly open: number
  readonly high: number
  readonly low: number
  readonly close: number
  readonly volume: number | null
}

const WORLD_DAY = 0.0062
const WORLD_DRIFT = 0.00036
const REGION_DAY = 0.0028
const SECTOR_DAY = 0.0034
/** What a move of crude adds to those who sell it. */
const OIL_SHARE: Record<string, number> = { BRPL: 0.3, CSGS: 0.15 }

export function walkPrices(seed: number): PriceRow[] {
  const random = seeded(seed)
  const dates = businessDays(FIRST_DATE, LAST_DATE)
  const pushes = pushesOf(EVENTS, dates)
  const level = new Map(UNIVERSE.map((listing) => [listing.ticker, listing.start]))
  const closes = new Map<string, number>()
  const rows: PriceRow[] = []

  dates.forEach((date, day) => {
    const moves = new Map<string, number>()
    const factors = factorsOf(random)
    for (const listing of UNIVERSE) {
      const push = pushes.get(day)
      if (listing.kind === 'commodity' || listing.kind === 'currency')
        moves.set(listing.ticker, ownMove(listing, factors, push, random))
    }
    for (const listing of UNIVERSE) {
      if (listing.kind === 'share')
        moves.set(listing.ticker, shareMove(listing, factors, pushes.get(day), moves, random))
    }
    for (const listing of UNIVERSE) {
      const before = level.get(listing.ticker)!
      const move =
        day === 0 ? 0 : listing.kind === 'index' ? averageMove(listing, closes, level) : moves.get(listing.ticker)!
      const now = listing.ticker === 'EXKPXR' ? level.get('EXKAXD')! * level.get('AXDPXR')! : before * (1 + move)
      rows.push(rowOf(listing, date, before, now, random))
      level.set(listing.ticker, now)
    }
    for (const row of rows.slice(-UNIVERSE.length)) closes.set(row.ticker, row.close)
  })
  return rows
}

interface Factors {
  readonly world: number
  readonly of: ReadonlyMap<string, number>
}

function factorsOf(random: Random): Factors {
  const world = WORLD_DRIFT + random.normal() * WORLD_DAY
  const of = new Map<string, number>()
  for (const region of REGIONS) of.set(region, random.normal() * REGION_DAY)
  for (const sector of SECTORS) of.set(sector, random.normal() * SECTOR_DAY)
  return { world, of }
}

function ownMove(listing: Listing, { world }: Factors, push: Push | undefined, random: Random): number {
  const noise = random.normal() * listing.noise
  // On the day of its own news an instrument follows the news, not its mood.
  const told = push?.get(listing.ticker) ?? 0
  return listing.beta * world + (Math.abs(told) > 0.01 ? noise * 0.3 : noise) + told
}

function shareMove(
  listing: Listing,
  factors: Factors,
  push: Push | undefined,
  moves: ReadonlyMap<string, number>,
  random: Random,
): number {
  const region = factors.of.get(listing.region) ?? 0
  const sector = factors.of.get(listing.sector ?? '') ?? 0
  const told =
    listing.beta * (push?.get('all') ?? 0) + (push?.get(listing.region) ?? 0) + (push?.get(listing.sector ?? '') ?? 0)
  const oil = (OIL_SHARE[listing.ticker] ?? 0) * moves.get('OILX')!
  return ownMove(listing, factors, push, random) + listing.beta * (region + sector) + told + oil
}

/** From the closes as they are published, so that anyone can compute an index again. */
function averageMove(index: Listing, closes: ReadonlyMap<string, number>, level: ReadonlyMap<string, number>): number {
  const members = UNIVERSE.filter(
    ({ kind, region }) => kind === 'share' && (index.region === 'Global' || region === index.region),
  )
  let sum = 0
  for (const { ticker, decimals } of members) {
    // Shares stand before indices in the universe, so their level is today's already.
    sum += rounded(level.get(ticker)!, decimals) / closes.get(ticker)! - 1
  }
  return sum / members.length
}

function rowOf(listing: Listing, date: string, before: number, now: number, random: Random): PriceRow {
  const { ticker, decimals } = listing
  const size = listing.kind === 'index' ? 0.004 : listing.noise
  const open = before + (now - before) * (0.2 + 0.4 * random.uniform())
  const high = Math.max(open, now) * (1 + size * 0.5 * random.uniform())
  const low = Math.min(open, now) * (1 - size * 0.5 * random.uniform())
  const busy = 0.7 + 0.6 * random.uniform() + Math.abs(now / before - 1) * 18
  const volume = listing.volume === null ? null : Math.round(listing.volume * busy) * 1_000
  return {
    ...{ ticker, date, volume },
    open: rounded(open, decimals),
    high: rounded(high, decimals),
    low: rounded(low, decimals),
    close: rounded(now, decimals),
  }
}

function rounded(value: number, decimals: number): number {
  return Number(value.toFixed(decimals))
}

type Push = Map<string, number>

/** For each day by its index: what events do to a ticker, a sector, a region or all. */
function pushesOf(events: readonly MarketEvent[], dates: readonly string[]): Map<number, Push> {
  const pushes = new Map<number, Push>()
  const add = (day: number, on: string, move: number) => {
    const push = pushes.get(day) ?? new Map<string, number>()
    push.set(on, (push.get(on) ?? 0) + move)
    pushes.set(day, push)
  }
  for (const { date, title, impacts } of events) {
    const day = dates.indexOf(date)
    if (day < 0) throw new Error(`the event «${title}» is on ${date}, which is no business day of the data`)
    for (const { on, day: move, after } of impacts) {
      add(day, on, move)
      if (after) for (let i = 1; i <= after[1]; i++) add(day + i, on, after[0] / after[1])
    }
  }
  return pushes
}
