import width from 'fast-string-width'
import type { Output } from './terminal.ts'

export interface Cursor {
  readonly row: number
  readonly column: number
}

// What a terminal needs to hear.
const UP = (rows: number) => (rows > 0 ? `\x1b[${rows}A` : '')
const DOWN = (rows: number) => (rows > 0 ? `\x1b[${rows}B` : '')
const RIGHT = (columns: number) => (columns > 0 ? `\x1b[${columns}C` : '')
const ERASE_DOWN = '\x1b[J'
/** A terminal that knows these shows all that is between them at once; others ignore them. */
const BEGIN_FRAME = '\x1b[?2026h'
const END_FRAME = '\x1b[?2026l'

/**
 * A terminal in two parts: above, lines that are final and scroll away; below, a few lines that are drawn again as they
 * change. Only what changed is written. Lines must be narrower than the terminal.
 */
export class Screen {
  #open: readonly string[] = []
  #cursor: Cursor = { row: 0, column: 0 }
  #columns: number
  readonly #output: Output

  constructor(output: Output) {
    this.#output = output
    this.#columns = this.columns
  }

  get columns(): number {
    return Math.max(20, this.#output.columns ?? 80)
  }

  get rows(): number {
    return Math.max(6, this.#output.rows ?? 24)
  }

  /** Puts `final` above, for good, and `open` below it, with the cursor at `cursor` of it. */
  draw(final: readonly string[], open: readonly string[], cursor: Cursor): void {
    const shared = final.length > 0 || this.#wasResized() ? 0 : sharedLines(this.#open, open)
    const isSame = shared > 0 && shared === open.length && shared === this.#open.length
    // The last line is always written again: below it there may be no row to go down to.
    const kept = Math.max(0, Math.min(shared, open.length - 1, this.#open.length - 1))
    if (isSame && cursor.row === this.#cursor.row && cursor.column === this.#cursor.column) return
    const home = `${UP(this.#rowsAboveCursor())}\r`
    const changed = isSame ? '' : `${DOWN(kept)}${ERASE_DOWN}${[...final, ...open.slice(kept)].join('\r\n')}`
    const atEnd = isSame ? `${home}${DOWN(cursor.row)}` : `${home}${changed}\r${UP(open.length - 1 - cursor.row)}`
    this.#output.write(`${BEGIN_FRAME}${atEnd}${RIGHT(cursor.column)}${END_FRAME}`)
    this.#open = open
    this.#cursor = cursor
    this.#columns = this.columns
  }

  /** Leaves what is final, then `last`, and the cursor below it. */
  close(last: readonly string[]): void {
    this.#output.write(`${UP(this.#rowsAboveCursor())}\r${ERASE_DOWN}${last.map((line) => `${line}\r\n`).join('')}`)
    this.#open = []
    this.#cursor = { row: 0, column: 0 }
  }

  #wasResized(): boolean {
    return this.#columns !== this.columns
  }

  // A terminal that became narrower has folded what was drawn.
  #rowsAboveCursor(): number {
    const { row, column } = this.#cursor
    if (!this.#wasResized()) return row
    const folded = (cells: number) => Math.max(1, Math.ceil(cells / this.columns))
    const above = this.#open.slice(0, row).reduce((rows, line) => rows + folded(width(line)), 0)
    return above + folded(column + 1) - 1
  }
}

function sharedLines(a: readonly string[], b: readonly string[]): number {
  let at = 0
  while (at < a.length && at < b.length && a[at] === b[at]) at += 1
  return at
}
