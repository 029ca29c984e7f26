import { PassThrough, Writable } from 'node:stream'
import picocolors from 'picocolors'
import { runCommandLine } from '../src/command-line.ts'
import type { Terminal } from '../src/terminal/terminal.ts'

/** The command line in this process, with pipes at its ends: what a real one says, without the time to start one. */
export class Here {
  readonly input = new PassThrough()
  readonly ended: Promise<{ readonly code: number; readonly out: string; readonly err: string }>
  out = ''
  err = ''
  #isOver = false
  readonly #stops = new Set<(signal: 'SIGINT' | 'SIGTERM') => void>()
  readonly #wakes = new Set<() => void>()

  constructor(args: readonly string[], { input }: { readonly input?: string } = {}) {
    if (input !== undefined) this.input.end(input)
    this.ended = runCommandLine(args, this.#terminal()).then((code) => {
      this.#isOver = true
      this.#wake()
      return { code, out: this.out, err: this.err }
    })
  }

  /** Once what it said holds this; rejects when it ends before. */
  async says(text: string | RegExp): Promise<void> {
    for (;;) {
      const said = this.out + this.err
      if (typeof text === 'string' ? said.includes(text) : text.test(said)) return
      if (this.#isOver) throw new Error(`it ended without ${text}:\n${said}`)
      await new Promise<void>((wake) => this.#wakes.add(wake))
    }
  }

  stop(signal: 'SIGINT' | 'SIGTERM' = 'SIGINT'): void {
    for (const stop of this.#stops) stop(signal)
  }

  #terminal(): Terminal {
    return {
      input: this.input,
      output: this.#ear('out'),
      errors: this.#ear('err'),
      env: {},
      style: picocolors.createColors(false),
      onStop: (stop) => {
        this.#stops.add(stop)
        return () => this.#stops.delete(stop)
      },
    }
  }

  #ear(stream: 'out' | 'err'): Writable {
    return new Writable({
      write: (chunk, _encoding, done) => {
        this[stream] += String(chunk)
        this.#wake()
        done()
      },
    })
  }

  #wake(): void {
    for (const wake of this.#wakes) wake()
    this.#wakes.clear()
  }
}

/** Runs a command to its end, in this process. */
export function runHere(args: readonly string[], options: { readonly input?: string } = {}) {
  return new Here(args, { input: '', ...options }).ended
}
