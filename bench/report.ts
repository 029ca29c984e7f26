/** One line of the table. */
export interface Row {
  readonly what: string
  readonly unit: string
  readonly longwire: number
  readonly raw?: number
  /** Longwire's number in raw ws's, as the median of the rounds. */
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
  run(pace: Pace): Promise<readonly Row[]>
}

/** How much time to take. */
export interface Pace {
  readonly isQuick: boolean
  say(progress: string): void
}

export interface Section {
  readonly measure: Measure
  readonly rows: readonly Row[]
}

const COLUMNS = ['', 'unit', 'longwire', 'raw ws', 'ratio', 'aim', ''] as const

/** All rows as one table of Markdown, which reads well in a terminal too. */
export function table(rows: readonly Row[]): string {
  const cells = [COLUMNS, COLUMNS.map((_, index) => (index >= 2 && index <= 4 ? '--:' : '---')), ...rows.map(cellsOf)]
  const widths = COLUMNS.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)))
  return cells
    .map((row) => `| ${row.map((cell, column) => aligned(cell, column, widths[column]!)).join(' | ')} |`)
    .join('\n')
}

function cellsOf({ what, unit, longwire, raw, ratio, aim }: Row): readonly string[] {
  return [
    what,
    unit,
    number(longwire),
    raw === undefined ? '' : number(raw),
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
