/**
 * `value` as JSON text; undefined for undefined. What JSON would change in silence (a Date, a Map, NaN, a hole in an
 * array) is refused with the path to it, because a recorded result has to be the same when it is read back.
 */
export function jsonText(value: unknown, what: string): string | undefined {
  if (value === undefined) return undefined
  refuseWhatIsNotJson(value, what, [], new Set())
  return JSON.stringify(value)
}

function refuseWhatIsNotJson(value: unknown, what: string, path: readonly string[], above: Set<object>): void {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return
    case 'number':
      if (Number.isFinite(value)) return
      throw new TypeError(`${what}${at(path)} is ${value}, which is not JSON`)
    case 'object':
      break
    default:
      throw new TypeError(`${what}${at(path)} is ${named(value)}, which is not JSON`)
  }
  if (value === null) return
  if (above.has(value)) throw new TypeError(`${what}${at(path)} refers back to itself, which is not JSON`)
  above.add(value)
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) refuseWhatIsNotJson(value[i], what, [...path, `[${i}]`], above)
  } else {
    const prototype = Object.getPrototypeOf(value)
    if (prototype !== null && Object.getPrototypeOf(prototype) !== null) {
      throw new TypeError(`${what}${at(path)} is a ${value.constructor?.name ?? 'class instance'}, which is not JSON`)
    }
    for (const [key, member] of Object.entries(value)) {
      if (member !== undefined) refuseWhatIsNotJson(member, what, [...path, `.${key}`], above)
    }
  }
  above.delete(value)
}

function named(value: unknown): string {
  return value === undefined ? 'undefined' : `a ${typeof value}`
}

function at(path: readonly string[]): string {
  return path.length === 0 ? '' : ` at ${path.join('')}`
}
