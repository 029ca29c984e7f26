import type { Json } from '@longwire/protocol'

// What of a tool's output can be drawn. It goes by the shape of the data alone: a tool of anybody's that answers with a
// series or a comparison is drawn as well.

export interface SeriesFigure {
  readonly kind: 'series'
  readonly title: string
  /** Seconds since 1970, rising. */
  readonly times: readonly number[]
  readonly lines: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
  readonly unit: string
}

export interface BarsFigure {
  readonly kind: 'bars'
  readonly title: string
  readonly labels: readonly string[]
  readonly bars: readonly { readonly name: string; readonly values: readonly (number | null)[] }[]
  readonly unit: string
}

export type Figure = SeriesFigure | BarsFigure

type Row = Readonly<Record<string, Json>>

const LEAST_POINTS = 4
const LEAST_BARS = 2
const MOST_BARS = 24
/** A column with another name is a mere number of something. */
const WORTH_DRAWING =
  /(pct|percent|change|return|average|volatility|drawdown|correlation|value|amount|total|price|close|score|share)/i
const NOT_MEASURED = /(^count$|^n$|number|id$|year|base|quantity|average\d+$)/i

export function figureOf(output: Json | undefined): Figure | undefined {
  const root = objectOf(output)
  if (!root) return undefined
  const table = tableOf(root)
  for (const [name, rows] of table ? [['rows', table] as const] : listsIn(root)) {
    const figure = seriesOf(name, rows, root) ?? barsOf(name, rows, root)
    if (figure) return figure
  }
  return undefined
}

function objectOf(value: Json | undefined): Row | undefined {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Row) : undefined
}

/** Lists of rows, by the name they have in the output. */
function listsIn(root: Row): readonly (readonly [string, readonly Row[]])[] {
  return Object.entries(root).flatMap(([name, value]) => {
    const rows = Array.isArray(value) ? value.map(objectOf) : []
    return rows.length > 0 && rows.every((row) => row !== undefined) ? [[name, rows as Row[]] as const] : []
  })
}

/** `{ columns, rows }`, as a query answers. */
function tableOf({ columns, rows }: Row): readonly Row[] | undefined {
  if (!Array.isArray(columns) || !Array.isArray(rows) || !rows.every(Array.isArray)) return undefined
  return rows.map((row) =>
    Object.fromEntries(columns.map((name, index) => [String(name), (row as Json[])[index] ?? null])),
  )
}

function seriesOf(name: string, rows: readonly Row[], root: Row): SeriesFigure | undefined {
  const first = rows[0] ?? {}
  const when = Object.keys(first).find(
    (key) => /^(date|day|week|month|time|at)$/i.test(key) && timeOf(first[key]!) !== undefined,
  )
  if (when === undefined || rows.length < LEAST_POINTS) return undefined
  const times = rows.map((row) => timeOf(row[when] ?? null))
  if (!isRising(times)) return undefined
  const measured = numbersOf(rows).filter((key) => key !== when && !/volume|open|high|low/i.test(key))
  const drawn = measured.includes('close') ? ['close'] : sameUnit(measured).slice(0, 4)
  if (drawn.length === 0) return undefined
  return {
    kind: 'series',
    title: titleOf(root) ?? inWords(name),
    times: times as number[],
    lines: drawn.map((key) => ({ name: inWords(key), values: rows.map((row) => numberOf(row[key])) })),
    unit: drawn.every(isPercent) ? '%' : (textOf(root.currency) ?? ''),
  }
}

function barsOf(name: string, rows: readonly Row[], root: Row): BarsFigure | undefined {
  if (rows.length < LEAST_BARS || rows.length > MOST_BARS) return undefined
  const label = labelOf(rows)
  const drawn = sameUnit(numbersOf(rows)).slice(0, 2)
  if (label === undefined || drawn.length === 0) return undefined
  return {
    kind: 'bars',
    title: titleOf(root) ?? inWords(name),
    labels: rows.map((row) => label(row)),
    bars: drawn.map((key) => ({ name: inWords(key), values: rows.map((row) => numberOf(row[key])) })),
    unit: drawn.every(isPercent) ? '%' : '',
  }
}

/** What a row is called: its name or its group; of a pair, both. */
function labelOf(rows: readonly Row[]): ((row: Row) => string) | undefined {
  const first = rows[0] ?? {}
  if (typeof first.a === 'string' && typeof first.b === 'string') return ({ a, b }) => `${a} / ${b}`
  const key = ['group', 'name', 'label', 'title', 'ticker', 'sector', 'region'].find(
    (each) => typeof first[each] === 'string',
  )
  const other = key ?? Object.keys(first).find((each) => typeof first[each] === 'string')
  if (other === undefined) return undefined
  const isRepeated = new Set(rows.map((row) => row[other])).size < rows.length
  if (!isRepeated) return (row) => String(row[other])
  const short = typeof first.ticker === 'string' ? 'ticker' : other
  return typeof first.date === 'string' ? (row) => `${row[short]}, ${shortDate(String(row.date))}` : undefined
}

/** The columns that are numbers all the way and worth drawing, best first. */
function numbersOf(rows: readonly Row[]): readonly string[] {
  const numbers = Object.keys(rows[0] ?? {}).filter(
    (key) => !NOT_MEASURED.test(key) && rows.every((row) => row[key] === null || typeof row[key] === 'number'),
  )
  return numbers.filter((key) => WORTH_DRAWING.test(key)).sort((a, b) => Number(isPercent(b)) - Number(isPercent(a)))
}

/** Only what is measured in the unit of the first is drawn beside it. */
function sameUnit(keys: readonly string[]): readonly string[] {
  const [first] = keys
  return first === undefined ? [] : isPercent(first) ? keys.filter(isPercent) : [first]
}

function isPercent(key: string): boolean {
  return /pct|percent/i.test(key)
}

function isRising(times: readonly (number | undefined)[]): boolean {
  return times.every((time, index) => time !== undefined && (index === 0 || time > times[index - 1]!))
}

function timeOf(value: Json): number | undefined {
  const text = typeof value === 'string' && /^\d{4}-\d{2}(-\d{2})?/.test(value) ? value : undefined
  const ms = text === undefined ? Number.NaN : Date.parse(text.length === 7 ? `${text}-01` : text)
  return Number.isNaN(ms) ? undefined : ms / 1_000
}

function numberOf(value: Json | undefined): number | null {
  return typeof value === 'number' ? value : null
}

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** What the output says of itself: a name, a period. */
function titleOf({ name, ticker, label, by, from, to }: Row): string | undefined {
  const what = textOf(name) ?? textOf(label) ?? textOf(ticker) ?? (textOf(by) ? `By ${by}` : undefined)
  const when = textOf(from) && textOf(to) ? `${shortDate(String(from))} – ${shortDate(String(to))}` : undefined
  return [what, when].filter(Boolean).join(', ') || undefined
}

function shortDate(text: string): string {
  const at = Date.parse(text)
  return Number.isNaN(at)
    ? text
    : new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(at)
}

function inWords(key: string): string {
  const words = key
    .replace(/(Pct|_pct|Percent)$/, '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
  return words.charAt(0).toUpperCase() + words.slice(1)
}
