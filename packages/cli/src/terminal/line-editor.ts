import { createInterface, type Interface } from 'node:readline'
import { Writable } from 'node:stream'
import width from 'fast-string-width'
import type { Cursor } from './screen.ts'
import type { Input } from './terminal.ts'

export interface LineListener {
  /** A line was entered; several where they were pasted at once. */
  entered(text: string): void
  changed(): void
  /** Ctrl-C. */
  interrupted(): void
  /** Ctrl-D on an empty line, or the terminal is gone. */
  left(): void
}

const LINES_TO_REMEMBER = 200

/** Node's own line editing (history, word moves, kill and yank), drawn by somebody else. */
export class LineEditor {
  readonly #line: Interface
  #pasted: string[] = []

  constructor(input: Input, listener: LineListener) {
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    this.#line = createInterface({ input, output: nowhere, terminal: true, historySize: LINES_TO_REMEMBER, prompt: '' })
    this.#line.on('line', (text) => {
      if (this.#pasted.push(text) > 1) return
      setImmediate(() => listener.entered(this.#pasted.splice(0).join('\n')))
    })
    this.#line.on('SIGINT', () => listener.interrupted())
    this.#line.on('close', () => listener.left())
    input.on('keypress', () => listener.changed())
  }

  /** The line so far in rows of at most `columns`, and where the cursor stands in it. */
  rows(columns: number): { readonly rows: readonly string[]; readonly cursor: Cursor } {
    const { line, cursor } = this.#line
    const rows = ['']
    let used = 0
    let at: Cursor = { row: 0, column: 0 }
    let index = 0
    for (const { segment } of new Intl.Segmenter().segment(line)) {
      const shown = segment < ' ' ? ' ' : segment
      const cells = width(shown)
      if (used + cells > columns) {
        rows.push('')
        used = 0
      }
      if (index === cursor) at = { row: rows.length - 1, column: used }
      rows[rows.length - 1] += shown
      used += cells
      index += segment.length
    }
    if (cursor >= index) at = { row: rows.length - 1, column: used }
    return { rows, cursor: at }
  }

  close(): void {
    this.#line.removeAllListeners()
    this.#line.close()
  }
}
