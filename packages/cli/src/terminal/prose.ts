import width from 'fast-string-width'
import { wrapAnsi } from 'fast-wrap-ansi'
import picocolors from 'picocolors'
import type { Style } from './terminal.ts'

const PLAIN = picocolors.createColors(false)

/**
 * Text of a message in lines of at most `columns`, its Markdown shown lightly. More text at the end leaves the
 * lines above as they are, but for the widths of a table that still grows.
 */
export function prose(text: string, columns: number, style: Style): string[] {
  let isCode = false
  const lines = withoutEdges(text)
  return lines.flatMap((line, at) => {
    if (/^\s*(```|~~~)/.test(line)) {
      isCode = !isCode
      return [style.dim(clipped(line, columns))]
    }
    if (isCode) return cut(style.cyan(line), columns)
    return isRow(line) ? tableRow(line, tableAround(lines, at), columns, style) : paragraph(line, columns, style)
  })
}

/** Lines of at most `columns`, broken between words. */
export function wrap(text: string, columns: number): string[] {
  return wrapAnsi(text, Math.max(8, columns), { hard: true }).split('\n')
}

/** The beginning of `text` in one line, with an ellipsis where it goes on. */
export function clipped(text: string, columns: number): string {
  const line = printable(text).replace(/\s+/g, ' ').trim()
  if (width(line) <= columns) return line
  let kept = ''
  let used = 0
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    used += width(segment)
    if (used > columns - 1) break
    kept += segment
  }
  return `${kept.trimEnd()}…`
}

/** Nothing that the other side says may move the cursor or change the terminal. */
export function printable(text: string): string {
  // Escape sequences whole, then what is left of control characters but tab and newline.
  return text
    .replace(/\u001b(?:\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|\[[0-?]*[ -/]*[@-~]?|.)?/gs, '')
    .replace(/\r\n?/g, '\n')
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
}

function paragraph(line: string, columns: number, style: Style): string[] {
  const heading = /^#{1,6}\s+(.*)$/.exec(line)
  if (heading) return wrap(style.bold(inline(heading[1]!, style)), columns)
  if (/^\s*([-*_])(\s*\1){2,}\s*$/.test(line)) return [style.dim('─'.repeat(Math.min(columns, 24)))]
  const quote = /^\s*>\s?(.*)$/.exec(line)
  if (quote) return hanging(style.dim('│ '), style.dim('│ '), inline(quote[1]!, style), columns)
  const item = /^(\s*)(?:[-*+]|(\d+[.)]))\s+(.*)$/.exec(line)
  if (!item) return wrap(inline(line, style), columns)
  const mark = `${item[1]}${item[2] ?? '•'} `
  return hanging(mark, ' '.repeat(mark.length), inline(item[3]!, style), columns)
}

function isRow(line: string): boolean {
  return /^\s*\|.*\|\s*$/.test(line)
}

/** The rows of the table that the line at `at` belongs to. */
function tableAround(lines: readonly string[], at: number): readonly string[] {
  const from = lines.findLastIndex((line, index) => index < at && !isRow(line)) + 1
  const to = lines.findIndex((line, index) => index > at && !isRow(line))
  return lines.slice(from, to < 0 ? undefined : to)
}

function tableRow(line: string, table: readonly string[], columns: number, style: Style): string[] {
  const widths = columnWidths(table)
  const bar = style.dim('│')
  if (isRule(line)) return cut(style.dim(widths.map((cells) => '─'.repeat(cells)).join('─┼─')), columns)
  const right = cellsOf(table.find(isRule) ?? '').map((rule) => /^-+:$/.test(rule))
  const isHead = isRule(table[table.indexOf(line) + 1] ?? '')
  const cells = cellsOf(line).map((cell, at) => {
    const text = inline(cell, style)
    const space = ' '.repeat(Math.max(0, (widths[at] ?? 0) - width(text)))
    return `${right[at] ? space : ''}${isHead ? style.bold(text) : text}${right[at] ? '' : space}`
  })
  return cut(cells.join(` ${bar} `), columns)
}

function columnWidths(table: readonly string[]): readonly number[] {
  const widths: number[] = []
  for (const row of table) {
    if (isRule(row)) continue
    for (const [at, cell] of cellsOf(row).entries()) widths[at] = Math.max(widths[at] ?? 0, width(inline(cell, PLAIN)))
  }
  return widths
}

function cellsOf(row: string): readonly string[] {
  return row
    .trim()
    .replace(/^\||\|$/g, '')
    .split('|')
    .map((cell) => cell.trim())
}

function isRule(row: string): boolean {
  return /^\s*\|[\s:|-]+\|\s*$/.test(row)
}

function hanging(first: string, rest: string, text: string, columns: number): string[] {
  return wrap(text, columns - width(first)).map((line, at) => (at === 0 ? first : rest) + line)
}

/** Lines of at most `columns`, broken anywhere: nothing of the spacing is lost. */
export function cut(line: string, columns: number): string[] {
  return wrapAnsi(line, Math.max(8, columns), { hard: true, wordWrap: false, trim: false }).split('\n')
}

/** The marks within a line: code, strong, emphasis, links. */
export function inline(text: string, style: Style): string {
  return text.replace(
    /`([^`]+)`|\*\*([^*]+)\*\*|(?<![\w*])\*([^*\s][^*]*)\*(?![\w*])|\[([^\]]+)\]\(([^)\s]+)\)/g,
    (_whole, code?: string, strong?: string, emphasis?: string, label?: string, address?: string) => {
      if (code !== undefined) return style.cyan(code)
      if (strong !== undefined) return style.bold(strong)
      if (emphasis !== undefined) return style.italic(emphasis)
      return `${style.underline(label)} ${style.dim(`(${address})`)}`
    },
  )
}

function withoutEdges(text: string): string[] {
  const lines = printable(text).replaceAll('\t', '    ').split('\n')
  while (lines.length > 0 && lines[0]!.trim() === '') lines.shift()
  while (lines.length > 0 && lines.at(-1)!.trim() === '') lines.pop()
  return lines
}
