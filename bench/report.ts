/** One line of the table. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly longwire: number
  readonly peer?: number
  /** Longwire's number in the peer's, as the median of the rounds. */
  readonly ratio?: number
  readonly aim?: Aim
}

/** What was hoped for before anything was measured. */
export interface Aim {
  readonly text: string
  readonly isMet: boolean
}

/** A measure: its name for `--only`, what its rows mean, and how they come about. */
export interface Measure {
  readonly name: string
  readonly title: string
  readonly meaning: string
  /** What the two columns of numbers are headed; `longwire` and `raw ws` unless given. */
  readonly columns?: Columns
  run(pace: Pace): Promise<readonly Row[]>
}

export type Columns = readonly [ours: string, peer: string]

/** How much time to take. */
export interface Pace {
  readonly isQuick: boolean
  say(progress: string): void
}

export interface Section {
  readonly measure: Measure
  readonly rows: readonly Row[]
}

/** The rows of a section as a table of Markdown, which reads well in a terminal too. */
export function table({ measure, rows }: Section): string {
  const head = ['', 'unit', ...(measure.columns ?? ['longwire', 'raw ws']), 'ratio', 'aim', '']
  const cells = [head, head.map((_, index) => (index >= 2 && index <= 4 ? '--:' : '---')), ...rows.map(cellsOf)]
  const widths = head.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells
    .map((row) => `| ${row.map((cell, column) => aligned(cell, column, widths[column]!)).join(' | ')} |`)
    .join('\n')
}

function cellsOf({ what, unit, longwire, peer, ratio, aim }: Row): readonly string[] {
  return [
    what,
    unit,
    number(longwire),
    peer === undefined ? '' : number(peer),
    ratio === undefined ? '' : `${ratio.toFixed(2)}×`,
    aim?.text ?? '',
    aim === undefined ? '' : aim.isMet ? 'met' : 'missed',
  ]
}

function aligned(cell: string, column: number, width: number): string {
  if (/^-+:?$/.test(cell)) return cell.endsWith(':') ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width)
  return column >= 2 && column <= 4 ? cell.padStart(width) : cell.padEnd(width)
}

function number(value: number): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2
  return value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
}
