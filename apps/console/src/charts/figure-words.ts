import type { Figure } from './figure-of.ts'

export function numberInWords(value: number | null, unit: string): string {
  if (value === null) return '—'
  const digits = unit === '%' ? 2 : Math.abs(value) >= 10_000 ? 0 : 2
  const text = Math.abs(value).toLocaleString('en', {
    maximumFractionDigits: digits,
    minimumFractionDigits: unit === '%' ? 1 : 0,
  })
  const signed = value < 0 ? `−${text}` : text
  return unit === '%' ? `${signed}%` : unit === '' ? signed : `${signed} ${unit}`
}

export function dayInWords(seconds: number): string {
  return new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' }).format(
    seconds * 1_000,
  )
}

/** What a plot shows, for who does not see it. */
export function figureInWords(figure: Figure): string {
  if (figure.kind === 'series') {
    const [from, to] = [figure.times[0]!, figure.times.at(-1)!]
    const lines = figure.lines.map(({ name, values }) => {
      const known = values.filter((value) => value !== null)
      const say = (value: number | undefined) => numberInWords(value ?? null, figure.unit)
      return `${name} from ${say(known[0])} to ${say(known.at(-1))}, lowest ${say(Math.min(...known))}, highest ${say(Math.max(...known))}`
    })
    return `Line plot, ${figure.title}, ${dayInWords(from)} to ${dayInWords(to)}: ${lines.join('; ')}`
  }
  const bars = figure.labels.map((label, index) => {
    const values = figure.bars.map(({ values }) => numberInWords(values[index] ?? null, figure.unit))
    return `${label} ${values.join(' and ')}`
  })
  return `Bar plot, ${figure.title}: ${bars.join(', ')}`
}
