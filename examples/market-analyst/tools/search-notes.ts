import { type Tool, tool } from '@longwire/agent'
import { z } from 'zod'
import { dateRange } from '../market/dates.ts'
import { type Market, query } from '../market/market.ts'
import { select } from '../market/selection.ts'

const MOST_WORDS = 12

const names = z.array(z.string().min(1).max(40)).max(20).optional()
const Input = z.object({
  query: z.string().max(500).optional().describe('words to look for; notes with more and rarer of them come first'),
  tickers: names.describe('notes about any of these'),
  sectors: names.describe('or about any of these'),
  regions: names.describe('or about any of these'),
  from: z.iso.date().optional(),
  to: z.iso.date().optional(),
  limit: z.int().min(1).max(20).optional().describe('notes at most; 5 unless given'),
})

export type Note = {
  id: number
  date: string
  desk: string
  title: string
  body: string
}
export type SearchNotesInput = z.infer<typeof Input>
export type SearchNotesOutput = {
  /** Notes that fit, of which the best are below. */
  total: number
  /** By relevance when there were words to look for, else the latest first. */
  notes: Note[]
}

const FITS = `
  (:from IS NULL OR n.date >= :from) AND (:to IS NULL OR n.date <= :to)
  AND (:tags = '[]' OR EXISTS (
    SELECT 1 FROM note_tags t WHERE t.note = n.id AND t.value IN (SELECT value FROM json_each(:tags))
  ))`

// A word in the title counts most, then one in the tags. The score is made first: beside a window function it cannot be.
const MATCHING = `
  WITH hits AS MATERIALIZED (
    SELECT rowid AS id, bm25(notes_text, 6.0, 1.0, 3.0) AS score FROM notes_text WHERE notes_text MATCH :match
  )
  SELECT n.id, n.date, n.desk, n.title, n.body, count(*) OVER () AS total
  FROM hits JOIN notes n ON n.id = hits.id
  WHERE ${FITS}
  ORDER BY hits.score, n.date DESC, n.id DESC LIMIT :limit`

const LATEST = `
  SELECT n.id, n.date, n.desk, n.title, n.body, count(*) OVER () AS total
  FROM notes n WHERE ${FITS} ORDER BY n.date DESC, n.id DESC LIMIT :limit`

export function searchNotes(market: Market): Tool<SearchNotesInput, SearchNotesOutput> {
  return tool({
    title: 'Search the notes',
    description:
      'Full-text search in the notes of the research desks, by words, instruments, sectors, regions and dates. Cite a note by its date and title.',
    inputSchema: Input,
    idempotent: true,
    span: 'search',
    milestone: milestoneOf,
    execute({ query: text, tickers, sectors, regions, from, to, limit = 5 }, context) {
      // Each name is looked up by itself, so that the tags are written as the market writes them.
      const tags = [
        ...(tickers ?? []).flatMap((ticker) => select(market, { tickers: [ticker] }).map((found) => found.ticker)),
        ...(sectors ?? []).map((sector) => select(market, { sectors: [sector] })[0]!.sector),
        ...(regions ?? []).map((region) => select(market, { regions: [region] })[0]!.region),
      ]
      const match = matchAny(text ?? '')
      if (text?.trim() && match === '') return { total: 0, notes: [] }
      const parameters = { from: from ?? null, to: to ?? null, tags: JSON.stringify(tags), limit }
      const rows = match
        ? query<Note & { total: number }>(market, context, MATCHING, { ...parameters, match })
        : query<Note & { total: number }>(market, context, LATEST, parameters)
      return { total: rows[0]?.total ?? 0, notes: rows.map(({ total: _, ...note }) => note) }
    },
  })
}

/** Any of the words. Only letters and digits get through, in quotes, so no operator of the search language does. */
export function matchAny(text: string): string {
  const words =
    text
      .normalize('NFC')
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  return [...new Set(words)]
    .slice(0, MOST_WORDS)
    .map((word) => `"${word}"`)
    .join(' OR ')
}

function milestoneOf({ query: text, tickers, sectors, regions, from, to }: SearchNotesInput): string {
  const about = [...(tickers ?? []), ...(sectors ?? []), ...(regions ?? [])].join(', ').slice(0, 60)
  const when = from ? `, ${to ? dateRange(from, to) : `since ${from}`}` : ''
  if (text) return `Searching the notes for *${text.slice(0, 60)}*${about ? ` on ${about}` : ''}${when}`
  return `Reading the latest notes${about ? ` on ${about}` : ''}${when}`
}
