/**
 * A place is where a reader stands in a session: after commit `seq`, and after the `sub`-th draft that followed it.
 * Printed `"17"` or `"17.3"`; `"0"` is before everything. Places of one session are totally ordered and never reused.
 */
export interface Place {
  readonly seq: number
  readonly sub: number
}

/** Before everything. */
export const ORIGIN: Place = { seq: 0, sub: 0 }

const PLACE = /^(0|[1-9]\d{0,15})(?:\.([1-9]\d{0,15}))?$/

/** The place that `text` names, or undefined where it names none (negative, padded, not a number, beyond 2^53). */
export function parsePlace(text: string): Place | undefined {
  const match = PLACE.exec(text)
  if (!match) return undefined
  const seq = Number(match[1])
  const sub = Number(match[2] ?? 0)
  return Number.isSafeInteger(seq) && Number.isSafeInteger(sub) ? { seq, sub } : undefined
}

/** `"17"` for a place after a commit, `"17.3"` for one after a draft. */
export function printPlace({ seq, sub }: Place): string {
  return sub === 0 ? `${seq}` : `${seq}.${sub}`
}

/** Negative when `a` comes before `b`, zero when they are the same place, positive when `a` comes after. */
export function comparePlaces(a: Place, b: Place): number {
  return a.seq - b.seq || a.sub - b.sub
}

export function isAfter(a: Place, b: Place): boolean {
  return comparePlaces(a, b) > 0
}

/** The place a reader has reached once it holds this event. */
export function placeOf(event: { readonly seq: number; readonly sub?: number | undefined }): Place {
  return { seq: event.seq, sub: event.sub ?? 0 }
}
