import type { Pair } from '../../tools/correlate.ts'
import { pastYear } from '../period.ts'
import { section, table } from '../writing.ts'
import { clippedNote, periodOf, within } from './lines.ts'
import { answers, asks, nothingToShow, type Question, type Skill, says, type World } from './skill.ts'

// How closely prices moved together. One instrument alone is set beside the world index, gold and crude.

const MOST = 8

export const correlation: Skill = (question, desk, world) => {
  const tickers = tickersOf(question, world)
  if (tickers.length < 2 || tickers.length > MOST) {
    return says(
      `**A correlation needs two to ${MOST} instruments.** Name them, for example: “How correlated are Novalith and Hanabi?”`,
    )
  }
  const period = periodOf(question, world, pastYear(world))
  const pairs = desk.ask('correlate', { tickers, ...within(period) })?.pairs
  const name = (ticker: string) => world.instruments.find((one) => one.ticker === ticker)?.name ?? ticker
  if (desk.isWaiting) return asks(`I compare the daily changes of ${tickers.join(', ')} ${period.label}, pair by pair.`)
  const known = (pairs ?? []).filter((pair): pair is Pair & { correlation: number } => pair.correlation !== null)
  const ordered = known.sort((a, b) => b.correlation - a.correlation)
  // Of all pairs, the one with whom the question named first.
  const first = ordered.find(({ a, b }) => a === tickers[0] || b === tickers[0]) ?? ordered[0]
  if (!first) return nothingToShow(desk)
  return answers(
    `${ordered.length === 1 ? 'One pair' : `${ordered.length} pairs`}, measured on ${first.sessions} daily changes.`,
    ordered.length === 1
      ? `**${name(first.a)} and ${name(first.b)} had a correlation of ${first.correlation.toFixed(2)} ${period.label}**, which is ${strength(first.correlation)}.`
      : `**Of what moves with ${name(tickers[0]!)}, ${name(first.a === tickers[0] ? first.b : first.a)} came closest ${period.label}**: a correlation of ${first.correlation.toFixed(2)}, which is ${strength(first.correlation)}.`,
    clippedNote(question.periods, world),
    ordered.length > 1 &&
      section(
        'Correlation of daily changes',
        table(
          ['Pair', 'Correlation', 'In words'],
          ordered.map(({ a, b, correlation }) => [
            `${name(a)} and ${name(b)}`,
            correlation.toFixed(2),
            strength(correlation),
          ]),
        ),
      ),
    `1 means that they always move together, 0 that they have nothing to do with each other, -1 that one falls when the other rises. Measured on ${first.sessions} daily changes.`,
  )
}

function tickersOf({ subjects }: Question, { instruments }: World): string[] {
  const { sectors, regions, kinds } = subjects
  const own = subjects.instruments.map(({ ticker }) => ticker)
  if (own.length === 1)
    return [
      ...own,
      ...['MWLD', 'GLDX', 'OILX'].filter(
        (ticker) => ticker !== own[0] && instruments.some((other) => other.ticker === ticker),
      ),
    ]
  if (own.length > 1) return own
  if (sectors.length + regions.length + kinds.length === 0) return []
  return instruments
    .filter(
      ({ sector, region, kind }) =>
        (sectors.length === 0 || sectors.includes(sector ?? '')) &&
        (regions.length === 0 || regions.includes(region)) &&
        (kinds.length === 0 ? kind === 'share' : kinds.includes(kind)),
    )
    .map(({ ticker }) => ticker)
}

function strength(correlation: number): string {
  const size = Math.abs(correlation)
  if (size < 0.2) return 'next to nothing'
  const word = size < 0.4 ? 'weak' : size < 0.7 ? 'moderate' : 'strong'
  return correlation < 0 ? `${word} and opposite` : word
}
