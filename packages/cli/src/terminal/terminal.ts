import type { Readable, Writable } from 'node:stream'
import picocolors from 'picocolors'
import { whenOrphaned } from './when-orphaned.ts'

export type Style = ReturnType<typeof picocolors.createColors>

export type Input = Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown }
export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number }
export type Environment = Readonly<Record<string, string | undefined>>

/** Where a command is used: what it reads, what it writes, and how a person stops it. */
export interface Terminal {
  readonly input: Input
  readonly output: Output
  readonly errors: Output
  readonly env: Environment
  /** Colours of `output`; plain where it is not a terminal, or `NO_COLOR` is set. */
  readonly style: Style
  /** Calls `stop` for each SIGINT and SIGTERM, and where npm's shell is gone. Returns the way to leave them alone again. */
  onStop(stop: (signal: 'SIGINT' | 'SIGTERM') => void): () => void
}

export function processTerminal(): Terminal {
  const { stdin, stdout, stderr, env } = process
  return {
    input: stdin,
    output: stdout,
    errors: stderr,
    env,
    style: styleOf(stdout, env),
    onStop(stop) {
      process.on('SIGINT', stop)
      process.on('SIGTERM', stop)
      const forget = whenOrphaned(env, () => stop('SIGTERM'))
      return () => {
        process.off('SIGINT', stop).off('SIGTERM', stop)
        forget()
      }
    },
  }
}

export function styleOf({ isTTY }: Output, env: Environment): Style {
  return picocolors.createColors(isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb')
}

/** Whether a person sits at both ends. */
export function isInteractive({ input, output, env }: Terminal): boolean {
  return input.isTTY === true && output.isTTY === true && env.TERM !== 'dumb'
}

export function write({ output }: Terminal, line: string): void {
  output.write(`${line}\n`)
}

export function warn({ errors }: Terminal, line: string): void {
  errors.write(`${line}\n`)
}
