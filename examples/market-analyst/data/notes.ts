import { EVENTS, type MarketEvent, OUTLOOKS } from './events.ts'
import type { PriceRow } from './price-walk.ts'
import { REGIONS, SECTORS, UNIVERSE } from './universe.ts'

// The knowledge base: one note for each event, one review for each quarter, and the outlooks at the end. Every figure
// in a note is computed from the prices as published, with nothing later than the note's own date.

export interface NoteRow {
  readonly id: number
  readonly date: string
  readonly desk: string
  readonly title: string
  readonly body: string
  readonly tickers: readonly string[]
  readonly sectors: readonly string[]
  readonly regions: readonly string[]
}

export function writeNotes(prices: readonly PriceRow[]): NoteRow[] {
  const tape = new Tape(prices)
  const reviews = tape.quarterEnds().map((end) => reviewOf(end, tape))
  return [...EVENTS, ...OUTLOOKS, ...reviews]
    .map((note, place) => ({ note, place }))
    .sort((a, b) => a.note.date.localeCompare(b.note.date) || a.place - b.place)
    .map(({ note }, i) => ({
      id: i + 1,
      date: note.date,
      desk: note.desk,
      title: note.title,
      body: filledIn(note, tape),
      tickers: note.tickers ?? [],
      sectors: note.sectors ?? [],
      regions: note.regions ?? [],
    }))
}

const FIGURE = /\{(?:(up|down|record) )?([A-Za-z-]+) (day|close|(\d+)d)\}/g

function filledIn({ body, date, title }: MarketEvent, tape: Tape): string {
  const untrue = (claim: string) => new Error(`the note «${title}» of ${date} says what the prices do not: ${claim}`)
  return body.replace(FIGURE, (figure, told: string | undefined, name: string, what: string, sessions: string) => {
    if (what === 'close') {
      if (told === 'record' && !tape.isRecord(name, date)) throw untrue(figure)
      return tape.close(name, date).toLocaleString('en-US', { maximumFractionDigits: 4 })
    }
    const change = tape.change(name, date, what === 'day' ? 1 : Number(sessions))
    if (!told) return percent(change)
    if (change > 0 !== (told === 'up')) throw untrue(`${figure} is ${percent(change)}`)
    return percent(Math.abs(change)).slice(1)
  })
}

function reviewOf({ date, from, label }: QuarterEnd, tape: Tape): MarketEvent {
  const ranked = (names: readonly string[]) =>
    names.map((name) => ({ name, change: tape.changeSince(name, from, date) })).sort((a, b) => b.change - a.change)
  const told = ({ name, change }: { name: string; change: number }) => `${name} (${percent(change)})`
  const [sectors, regions] = [ranked(SECTORS), ranked(REGIONS)]
  const shares = ranked(UNIVERSE.filter(({ kind }) => kind === 'share').map(({ ticker }) => ticker))
  const [best, worst] = [shares[0]!, shares.at(-1)!]
  const world = tape.changeSince('MWLD', from, date)
  return {
    ...{ date, desk: 'Macro desk', title: `Review of ${label}`, impacts: [] },
    sectors: [sectors[0]!.name, sectors.at(-1)!.name],
    regions: [regions[0]!.name],
    tickers: ['MWLD', best.name, worst.name],
    body: [
      `The Meridian World Index changed by ${percent(world)} in ${label}.`,
      `Among sectors ${told(sectors[0]!)} came first and ${told(sectors.at(-1)!)} last; among regions ${told(regions[0]!)} led and ${told(regions.at(-1)!)} trailed.`,
      `The best share was ${nameOf(best.name)} with ${percent(best.change)}, the weakest ${nameOf(worst.name)} with ${percent(worst.change)}.`,
    ].join(' '),
  }
}

interface QuarterEnd {
  readonly label: string
  /** The last session of the quarter before. */
  readonly from: string
  readonly date: string
}

/** The closes, by ticker and day; a sector or a region moves by the plain average of its shares. */
class Tape {
  readonly #dates: string[]
  readonly #closes: Map<string, number>

  constructor(prices: readonly PriceRow[]) {
    this.#dates = [...new Set(prices.map(({ date }) => date))]
    this.#closes = new Map(prices.map(({ ticker, date, close }) => [`${ticker} ${date}`, close]))
  }

  close(ticker: string, date: string): number {
    const close = this.#closes.get(`${ticker} ${date}`)
    if (close === undefined) throw new Error(`no price of ${ticker} on ${date}`)
    return close
  }

  isRecord(ticker: string, date: string): boolean {
    const close = this.close(ticker, date)
    return this.#dates.every((other) => other >= date || this.close(ticker, other) < close)
  }

  change(name: string, date: string, sessions: number): number {
    return this.changeSince(name, this.#dates[this.#dates.indexOf(date) - sessions]!, date)
  }

  changeSince(name: string, from: string, to: string): number {
    const tickers = membersOf(name)
    const changes = tickers.map((ticker) => this.close(ticker, to) / this.close(ticker, from) - 1)
    return changes.reduce((sum, change) => sum + change, 0) / changes.length
  }

  quarterEnds(): QuarterEnd[] {
    const last = this.#dates.filter((date, i) => quarterOf(date) !== quarterOf(this.#dates[i + 1] ?? date))
    return last.slice(1).map((date, i) => ({ label: quarterOf(date), from: last[i]!, date }))
  }
}

function membersOf(name: string): string[] {
  const members = UNIVERSE.filter(
    ({ kind, sector, region }) => kind === 'share' && (sector === name || region === name),
  )
  return members.length > 0 ? members.map(({ ticker }) => ticker) : [name]
}

function nameOf(ticker: string): string {
  return UNIVERSE.find((listing) => listing.ticker === ticker)!.name
}

function quarterOf(date: string): string {
  return `Q${Math.ceil(Number(date.slice(5, 7)) / 3)} ${date.slice(0, 4)}`
}

function percent(change: number): string {
  return `${change < 0 ? '-' : '+'}${Math.abs(change * 100).toFixed(2)}%`
}
