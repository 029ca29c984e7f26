import { DatabaseSync } from 'node:sqlite'
import { MARKET_FILE } from '../market/market.ts'

// The figures once more, from the plain rows and without SQL's arithmetic, by other code than the tools'.

export interface Close {
  readonly date: string
  readonly close: number
}

const db = new DatabaseSync(MARKET_FILE, { readOnly: true })
const rows = db.prepare('SELECT ticker, date, close FROM prices ORDER BY ticker, date').all() as unknown as (Close & {
  ticker: string
})[]
const closes = Map.groupBy(rows, ({ ticker }) => ticker)

export interface Listed {
  readonly ticker: string
  readonly name: string
  readonly kind: string
  readonly sector: string | null
  readonly region: string
}
export const listed = db.prepare('SELECT * FROM instruments').all() as unknown as Listed[]

export function tickersOf(fits: (instrument: Listed) => boolean): string[] {
  return listed.filter(fits).map(({ ticker }) => ticker)
}

/** From the last close before `from` (or the very first one) to the last close at or before `to`. */
export function spanOf(ticker: string, from: string, to: string): Close[] {
  const all = closes.get(ticker)!
  const before = all.findLastIndex(({ date }) => date < from)
  const last = all.findLastIndex(({ date }) => date <= to)
  return all.slice(Math.max(0, before), last + 1)
}

export function changeOf(ticker: string, from: string, to: string): number {
  const span = spanOf(ticker, from, to)
  return span.at(-1)!.close / span[0]!.close - 1
}

export function movesOf(ticker: string, from: string, to: string): { date: string; move: number }[] {
  const span = spanOf(ticker, from, to)
  return span.slice(1).map(({ date, close }, i) => ({ date, move: close / span[i]!.close - 1 }))
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

export function volatilityOf(ticker: string, from: string, to: string): number {
  const moves = movesOf(ticker, from, to).map(({ move }) => move)
  const middle = mean(moves)
  return Math.sqrt(moves.reduce((sum, move) => sum + (move - middle) ** 2, 0) / (moves.length - 1)) * Math.sqrt(252)
}

export function drawdownOf(ticker: string, from: string, to: string) {
  let peak: Close | undefined
  let worst = { fall: 0, peakDate: '', troughDate: '' }
  for (const day of spanOf(ticker, from, to)) {
    if (!peak || day.close >= peak.close) peak = day
    const fall = day.close / peak.close - 1
    if (fall < worst.fall) worst = { fall, peakDate: peak.date, troughDate: day.date }
  }
  return worst
}

export function correlationOf(a: string, b: string, from: string, to: string): number {
  const [left, right] = [a, b].map((ticker) => movesOf(ticker, from, to).map(({ move }) => move)) as [
    number[],
    number[],
  ]
  const [x, y] = [mean(left), mean(right)]
  const sum = (of: (i: number) => number) => left.reduce((total, _, i) => total + of(i), 0)
  const product = sum((i) => (left[i]! - x) * (right[i]! - y))
  return product / Math.sqrt(sum((i) => (left[i]! - x) ** 2) * sum((i) => (right[i]! - y) ** 2))
}

/** The mean of the last `sessions` closes up to `date`. */
export function averageOf(ticker: string, date: string, sessions: number): number {
  return mean(
    closes
      .get(ticker)!
      .filter((day) => day.date <= date)
      .slice(-sessions)
      .map(({ close }) => close),
  )
}

export function pct(fraction: number): number {
  return Number((fraction * 100).toFixed(2))
}

/** What following the crossover from the first session with both averages made, and what holding did. */
export function crossoverOf(ticker: string, fast: number, slow: number) {
  const all = closes.get(ticker)!
  const averageAt = (i: number, sessions: number) => mean(all.slice(i + 1 - sessions, i + 1).map(({ close }) => close))
  const isIn = all.map((_, i) => i >= slow - 1 && averageAt(i, fast) > averageAt(i, slow))
  let made = 1
  let trades = 0
  for (let i = slow - 1; i < all.length - 1; i++) {
    if (isIn[i]) made *= all[i + 1]!.close / all[i]!.close
    if (isIn[i] && !(i > slow - 1 && isIn[i - 1])) trades++
  }
  const said = (fraction: number) => `${fraction > 0 ? '+' : ''}${pct(fraction).toFixed(2)}%`
  return { rule: said(made - 1), hold: said(all.at(-1)!.close / all[slow - 1]!.close - 1), trades }
}

export function closeOf(ticker: string): number {
  return closes.get(ticker)!.at(-1)!.close
}
