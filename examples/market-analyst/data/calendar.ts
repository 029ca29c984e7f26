// The exchanges of the invented world are open on every weekday, all on the same ones.

export const FIRST_DATE = '2022-11-01'
/** The last day of the data, which is "today" for the analyst. */
export const LAST_DATE = '2026-10-30'

const DAY = 86_400_000

function addDays(date: string, days: number): string {
  return new Date(Date.parse(date) + days * DAY).toISOString().slice(0, 10)
}

export function businessDays(from: string, to: string): string[] {
  const dates: string[] = []
  for (let date = from; date <= to; date = addDays(date, 1)) {
    const weekday = new Date(date).getUTCDay()
    if (weekday !== 0 && weekday !== 6) dates.push(date)
  }
  return dates
}
