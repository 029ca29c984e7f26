const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** "30 Oct 2026" */
export function longDate(date: string): string {
  const [year, month, day] = date.split('-').map(Number)
  return `${day} ${MONTHS[(month ?? 1) - 1]} ${year}`
}

/** "30 Jul – 30 Oct 2026", "30 Oct 2025 – 30 Oct 2026", or one day. */
export function dateRange(from: string, to: string): string {
  if (from === to) return longDate(from)
  const start = from.slice(0, 4) === to.slice(0, 4) ? longDate(from).slice(0, -5) : longDate(from)
  return `${start} – ${longDate(to)}`
}
