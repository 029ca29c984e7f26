import { basename } from 'node:path'
import { Writable } from 'node:stream'
import type { ServerOptions } from '@longwire/server'
import { type Logger, pino } from 'pino'
import { clipped, printable } from '../terminal/prose.ts'
import { styleOf, type Terminal, warn } from '../terminal/terminal.ts'
import { faultLines } from './fault-lines.ts'

type OnAgentOutput = NonNullable<ServerOptions['onAgentOutput']>

/** The server's log on the error stream: as JSON with all of it, or what went wrong as lines for a person. */
export function serverLog(terminal: Terminal, asJson: boolean): { log: Logger; onAgentOutput?: OnAgentOutput } {
  if (asJson) return { log: pino({ level: 'info' }, terminal.errors as Writable) }
  const style = styleOf(terminal.errors, terminal.env)
  const lines = new Writable({
    write(chunk, _encoding, done) {
      const { level, msg, err, code } = JSON.parse(String(chunk)) as LogLine
      const mark = level >= pino.levels.values.error! ? style.red('error') : style.yellow('warning')
      warn(terminal, `  ${mark}  ${clipped([msg, code, err?.stack ?? err?.message].filter(Boolean).join(' '), 600)}`)
      done()
    },
  })
  const onAgentOutput: OnAgentOutput = ({ file, text, fault }) => {
    if (fault) {
      for (const line of faultLines(fault, terminal.errors.columns ?? 120, style)) warn(terminal, line)
      return
    }
    warn(terminal, `  ${style.dim(`${basename(file)} │`)} ${printable(text)}`)
  }
  return { log: pino({ level: 'warn' }, lines), onAgentOutput }
}

interface LogLine {
  readonly level: number
  readonly msg?: string
  readonly code?: string
  readonly err?: { readonly message?: string; readonly stack?: string }
}
