import { longDate } from '../market/dates.ts'
import type { Note } from '../tools/search-notes.ts'

// How figures, tables and notes are written. Each takes what a tool said and adds nothing to it.

/** "+3.42%" */
export function signed(pct: number): string {
  return `${pct > 0 ? '+' : ''}${pct.toFixed(2)}%`
}

/** "gained 3.42%", "lost 0.50%", "did not change" */
export function moved(pct: number): string {
  if (pct === 0) return 'did not change'
  return `${pct > 0 ? 'gained' : 'lost'} ${Math.abs(pct).toFixed(2)}%`
}

export function price(value: number): string {
  return value.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 4 })
}

export function named({ name, ticker }: { readonly name: string; readonly ticker: string }): string {
  return `${name} (${ticker})`
}

/** A column of figures stands on the right. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replace(/\|/g, '/').replace(/\s+/g, ' ')).join(' | ')} |`
  const isFigures = (column: number) => rows.every((cells) => /^[-+\d–]/.test(cells[column] ?? ''))
  return [line(head), line(head.map((_, i) => (i > 0 && isFigures(i) ? '---:' : '---'))), ...rows.map(line)].join('\n')
}

export function section(title: string, body: string): string {
  return `### ${title}\n\n${body}`
}

export function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}`).join('\n')
}

/** "Energy, Financials and Consumer" */
export function listed(names: readonly string[]): string {
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`
}

/** A note as it is cited: its date, its desk, its title and what it says. */
export function cited({ date, desk, title, body }: Note): string {
  return `**${longDate(date)}**, ${desk}, *${title}*: ${body}`
}

export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

export function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? '' : 's'}`
}

export { dateRange, longDate } from '../market/dates.ts'
