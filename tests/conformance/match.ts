// Says whether a value is as a case of the specification wants it. What the wanted value can hold is told in
// spec/cases/README.md; this is the whole of it.

/** Names that a case gives to values it has seen, for later steps to use. */
export type Captures = Map<string, unknown>

const WORDS: { readonly [word: string]: (value: unknown) => boolean } = {
  $any: (value) => value !== undefined,
  $absent: (value) => value === undefined,
  $text: (value) => typeof value === 'string' && value !== '',
  $number: (value) => typeof value === 'number',
  $place: (value) => typeof value === 'string' && /^(0|[1-9]\d*)(\.[1-9]\d*)?$/.test(value),
}

/** What is wrong with `value`, or undefined where it is as wanted. What it captures is kept only where all matches. */
export function mismatch(value: unknown, wanted: unknown, captures: Captures = new Map()): string | undefined {
  const tried = new Map(captures)
  const wrong = compare(value, wanted, '', tried)
  if (wrong === undefined) for (const [name, captured] of tried) captures.set(name, captured)
  return wrong
}

function compare(value: unknown, wanted: unknown, path: string, captures: Captures): string | undefined {
  if (typeof wanted === 'string' && wanted.startsWith('$')) return compareWord(value, wanted, path, captures)
  if (Array.isArray(wanted)) return compareArray(value, wanted, path, captures)
  if (isObject(wanted)) return compareObject(value, wanted, path, captures)
  return value === wanted ? undefined : told(path, value, wanted)
}

function compareWord(value: unknown, word: string, path: string, captures: Captures): string | undefined {
  const test = WORDS[word]
  if (test) return test(value) ? undefined : told(path, value, word)
  if (!word.startsWith('$=')) throw new Error(`${path || 'the case'}: no word ${word} in the format of cases`)
  const name = word.slice(2)
  if (captures.has(name)) return compare(value, captures.get(name), path, captures)
  if (value === undefined) return told(path, value, word)
  captures.set(name, value)
  return undefined
}

function compareArray(
  value: unknown,
  wanted: readonly unknown[],
  path: string,
  captures: Captures,
): string | undefined {
  if (!Array.isArray(value)) return told(path, value, wanted)
  if (value.length !== wanted.length)
    return `${path}: ${value.length} of them, not ${wanted.length}: ${JSON.stringify(value)}`
  return first(wanted, (each, index) => compare(value[index], each, `${path}[${index}]`, captures))
}

function compareObject(value: unknown, wanted: object, path: string, captures: Captures): string | undefined {
  if ('$exactly' in wanted) return same(value, wanted.$exactly) ? undefined : told(path, value, wanted.$exactly)
  if (!isObject(value)) return told(path, value, wanted)
  return first(Object.entries(wanted), ([key, each]) =>
    compare((value as Record<string, unknown>)[key], each, `${path}.${key}`, captures),
  )
}

function same(a: unknown, b: unknown): boolean {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((each, index) => same(each, b[index]))
  if (!isObject(a) || !isObject(b)) return a === b
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && same(a[key], b[key]))
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function first<T>(all: readonly T[], wrongOf: (one: T, index: number) => string | undefined): string | undefined {
  for (const [index, one] of all.entries()) {
    const wrong = wrongOf(one, index)
    if (wrong !== undefined) return wrong
  }
  return undefined
}

function told(path: string, value: unknown, wanted: unknown): string {
  return `${path || 'it'} is ${JSON.stringify(value)}, not ${JSON.stringify(wanted)}`
}
