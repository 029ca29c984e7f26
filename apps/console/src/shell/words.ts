const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** How long something took: "4 ms", "1.2 s", "3 min 5 s". */
export function lasted(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`
  return spell(ms)
}

/** The same without fractions, for what is counted while it lasts: "4 s", "3 min 5 s". */
export function spell(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (ms < HOUR)
    return seconds % 60 === 0 ? `${Math.floor(ms / MINUTE)} min` : `${Math.floor(ms / MINUTE)} min ${seconds % 60} s`
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`
  return `${Math.floor(ms / DAY)} d ${Math.floor((ms % DAY) / HOUR)} h`
}

/** When something was, beside now: "now", "5 min", "3 h", "4 Nov". */
export function ago(at: number, now: number): string {
  const past = now - at
  if (past < MINUTE) return 'now'
  if (past < HOUR) return `${Math.floor(past / MINUTE)} min`
  if (past < DAY) return `${Math.floor(past / HOUR)} h`
  return new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' }).format(at)
}

/** Under which heading a list of what was shows it. */
export function dayOf(at: number, now: number): string {
  const startOfToday = new Date(now).setHours(0, 0, 0, 0)
  if (at >= startOfToday) return 'Today'
  if (at >= startOfToday - DAY) return 'Yesterday'
  if (at >= startOfToday - 6 * DAY) return 'This week'
  return new Intl.DateTimeFormat(undefined, { month: 'long', year: 'numeric' }).format(at)
}

export function clockTime(at: number): string {
  return new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' }).format(at)
}

export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString('en')} ${n === 1 ? one : many}`
}
