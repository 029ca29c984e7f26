import { basename, relative } from 'node:path'
import type { AgentFault, SourcePlace } from '@longwire/agent/internal'
import { clipped, printable } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'

const MOST_FRAMES = 8

/** What went wrong in an agent, with the line it came from and the code around it. */
export function faultLines(
  { file, about, message, text, source }: AgentFault,
  columns: number,
  style: Style,
): readonly string[] {
  const where = source ? `${relative('', source.path)}:${source.line}` : basename(file)
  return [
    '',
    `  ${style.red('crash')}     ${style.bold(clipped(message, columns - 14))}`,
    `            ${style.dim(clipped(`${about}, at ${where}`, columns - 14))}`,
    ...(source ? ['', ...sourceLines(source, columns, style), ''] : [...stackLines(text, columns, style), '']),
  ]
}

/** Lines of source with their numbers, and a mark at the one that is meant. */
export function sourceLines({ line, around }: SourcePlace, columns: number, style: Style): readonly string[] {
  const digits = `${around.at(-1)?.line ?? line}`.length
  return around.map((each) => {
    const isMeant = each.line === line
    const text = printable(each.text)
      .replaceAll('\t', '  ')
      .slice(0, columns - digits - 16)
    const row = `${`${each.line}`.padStart(digits)} │ ${text}`
    return isMeant ? `          ${style.red('❯')} ${row}` : `            ${style.dim(row)}`
  })
}

/** Where no line of the author's is known, what Node says of it. */
function stackLines(text: string, columns: number, style: Style): readonly string[] {
  const [, ...frames] = printable(text).split('\n')
  return frames.slice(0, MOST_FRAMES).map((line) => `            ${style.dim(clipped(line, columns - 14))}`)
}
