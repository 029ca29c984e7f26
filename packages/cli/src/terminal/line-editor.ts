import { createInterface, emitKeypressEvents, type Interface, type Key } from 'node:readline'
import { PassThrough, Writable } from 'node:stream'
import width from 'fast-string-width'
import type { Cursor } from './screen.ts'
import type { Input } from './terminal.ts'

export interface LineListener {
  /** A line was entered; several where they were pasted at once. */
  entered(text: string): void
  /** Whether the key is taken: then it edits nothing. `up`, `space`, `escape`, … */
  pressed(key: string, line: string): boolean
  changed(): void
  /** Ctrl-C. */
  interrupted(): void
  /** Ctrl-D on an empty line, or the terminal is gone. */
  left(): void
}

const LINES_TO_REMEMBER = 200
/** So soon after Esc a key makes it the beginning of a key's code, as terminals send them. */
const ESCAPE_MS = 40

/** Node's own line editing (history, word moves, kill and yank), drawn by somebody else. */
export class LineEditor {
  readonly #line: Interface
  readonly #input: Input
  readonly #listener: LineListener
  #pasted: string[] = []
  readonly #onKey = (text: string | undefined, key: Key) => this.#pressed(text, key)
  readonly #onEnd = () => this.#listener.left()

  constructor(input: Input, listener: LineListener) {
    this.#input = input
    this.#listener = listener
    // The editor reads nothing by itself: keys reach it that nobody else takes.
    const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
    this.#line = createInterface({
      input: new PassThrough(),
      output: nowhere,
      terminal: true,
      historySize: LINES_TO_REMEMBER,
      prompt: '',
      escapeCodeTimeout: ESCAPE_MS,
    })
    this.#line.on('line', (text) => {
      if (this.#pasted.push(text) > 1) return
      setImmediate(() => listener.entered(this.#pasted.splice(0).join('\n')))
    })
    this.#line.on('SIGINT', () => listener.interrupted())
    this.#line.on('close', () => listener.left())
    emitKeypressEvents(input, this.#line)
    input.on('keypress', this.#onKey)
    input.once('end', this.#onEnd)
    input.setRawMode?.(true)
    input.resume()
  }

  get isEmpty(): boolean {
    return this.#line.line === ''
  }

  /** Puts this on the line, in the place of what stood there. */
  replace(text: string): void {
    this.#line.write(null, { ctrl: true, name: 'e' })
    this.#line.write(null, { ctrl: true, name: 'u' })
    this.#line.write(text.replaceAll(/[\r\n]+/g, ' '))
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
    this.#input.off('keypress', this.#onKey).off('end', this.#onEnd)
    this.#input.setRawMode?.(false)
    this.#input.pause()
  }

  #pressed(text: string | undefined, key: Key): void {
    if (key.ctrl && key.name === 'z') this.#suspend()
    else if (isChord(key) || !this.#listener.pressed(key.name ?? '', this.#line.line)) this.#line.write(text!, key)
    this.#listener.changed()
  }

  #suspend(): void {
    if (process.platform === 'win32') return
    this.#input.setRawMode?.(false)
    process.once('SIGCONT', () => {
      this.#input.setRawMode?.(true)
      this.#listener.changed()
    })
    process.kill(process.pid, 'SIGTSTP')
  }
}

// Esc alone comes as «meta» too.
function isChord({ ctrl, meta, name }: Key): boolean {
  return ctrl === true || (meta === true && name !== 'escape')
}
