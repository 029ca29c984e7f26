import { PassThrough, Writable } from 'node:stream'
import { stripVTControlCharacters } from 'node:util'
import picocolors from 'picocolors'
import type { Terminal } from '../src/terminal/terminal.ts'

/** A terminal without glass: it obeys what `Screen` sends, and can be read. */
export class Paper extends Writable {
  readonly isTTY = true
  columns: number
  rows: number
  /** Lines that a real terminal would have folded. */
  readonly tooWide: string[] = []
  /** All lines, also those that have scrolled away. */
  #lines: string[] = ['']
  #row = 0
  #column = 0
  #wakes = new Set<() => void>()

  constructor(columns: number, rows: number) {
    super({ decodeStrings: false })
    this.columns = columns
    this.rows = rows
  }

  get lines(): readonly string[] {
    return this.#lines.map((line) => line.trimEnd())
  }

  get text(): string {
    return this.lines.join('\n')
  }

  get cursor(): { row: number; column: number } {
    return { row: this.#row, column: this.#column }
  }

  /** Once what is on the paper is so. */
  async until(isSo: (text: string) => boolean): Promise<void> {
    while (!isSo(this.text)) await new Promise<void>((wake) => this.#wakes.add(wake))
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    for (const [piece] of String(chunk).matchAll(/\u001b\[[?\d;]*[A-Za-z]|\r|\n|[^\u001b\r\n]+/g)) this.#obey(piece)
    for (const wake of this.#wakes) wake()
    this.#wakes.clear()
    done()
  }

  #obey(piece: string): void {
    const move = /^\u001b\[(\d+)([ABC])$/.exec(piece)
    if (move) this.#move(Number(move[1]), move[2]!)
    else if (piece === '\u001b[J') this.#eraseDown()
    else if (piece === '\r') this.#column = 0
    else if (piece === '\n') this.#down()
    else this.#put(stripVTControlCharacters(piece))
  }

  #move(by: number, direction: string): void {
    if (direction === 'A') this.#row = Math.max(this.#lines.length - this.rows, 0, this.#row - by)
    if (direction === 'B') this.#row = Math.min(this.#lines.length - 1, this.#row + by)
    if (direction === 'C') this.#column += by
  }

  #eraseDown(): void {
    this.#lines[this.#row] = this.#lines[this.#row]!.slice(0, this.#column)
    this.#lines.length = this.#row + 1
  }

  #down(): void {
    this.#row += 1
    this.#lines[this.#row] ??= ''
  }

  #put(text: string): void {
    const line = this.#lines[this.#row]!.padEnd(this.#column)
    this.#lines[this.#row] = line.slice(0, this.#column) + text + line.slice(this.#column + text.length)
    this.#column += text.length
    if (this.#column > this.columns) this.tooWide.push(this.#lines[this.#row]!)
  }
}

export interface Desk extends Terminal {
  readonly input: PassThrough & { isTTY: true }
  readonly output: Paper
  type(keys: string): void
}

/** A person's terminal: paper to read from, and keys to type on. */
export function desk(columns = 80, rows = 24): Desk {
  const input = Object.assign(new PassThrough(), { isTTY: true as const, setRawMode: () => {} })
  return {
    input,
    output: new Paper(columns, rows),
    errors: new Paper(columns, rows),
    env: {},
    style: picocolors.createColors(true),
    onStop: () => () => {},
    type: (keys) => void input.write(keys),
  }
}
