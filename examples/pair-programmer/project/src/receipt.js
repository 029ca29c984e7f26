import { lineTotal, total } from './basket.js'

/** How many pages it takes to print so many lines. */
export function pageCount(lines, linesPerPage) {
  return Math.floor(lines / linesPerPage)
}

/** The lines of one page, counted from 1. */
export function page(lines, number, linesPerPage) {
  const start = (number - 1) * linesPerPage
  return lines.slice(start, start + linesPerPage)
}

/** "1.05" */
export function money(cents) {
  return (cents / 100).toFixed(2)
}

export function receipt(lines) {
  const rows = lines.map((line) => `${line.quantity} x ${line.name}  ${money(lineTotal(line))}`)
  return [...rows, `Total  ${money(total(lines))}`].join('\n')
}
