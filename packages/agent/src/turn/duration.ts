/** A length of time: milliseconds, or a number with a unit: '500ms', '30s', '15m', '1.5h', '3d', '2w'. */
export type Duration = number | string

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  w: 604_800_000,
}

/** The duration in milliseconds. Throws a `TypeError` that names `what` where it is none. */
export function milliseconds(duration: Duration, what: string): number {
  const ms = typeof duration === 'number' ? duration : parsed(duration)
  if (Number.isFinite(ms) && ms >= 0) return ms
  throw new TypeError(`${what}: ${JSON.stringify(duration)} is no duration; write milliseconds, or '30s', '15m', '3d'`)
}

function parsed(text: unknown): number {
  const [, number, unit] = /^\s*(\d+(?:\.\d+)?)\s*(ms|s|m|h|d|w)\s*$/.exec(String(text)) ?? []
  return number === undefined ? Number.NaN : Number(number) * UNITS[unit!]!
}
