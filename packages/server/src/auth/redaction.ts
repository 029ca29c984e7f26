/** What stands in the place of a field that a reader may not see. */
const REDACTED = '[redacted]'
/** Where events and views hold what tools take and give, and what people fill in. Names elsewhere are the protocol's own. */
const DATA = new Set(['input', 'output', 'content', 'editedInput', 'detail', 'result', 'answer', 'outcome'])

/** An event, a view or another record of ours, without these fields of what tools take and give, at any depth. */
export function redacted<T>(record: T, fields: readonly string[] | undefined): T {
  if (fields === undefined || fields.length === 0) return record
  const names = new Set(fields)
  return mapped(record, (name, value) => (DATA.has(name) ? withoutFields(value, names) : undefined)) as T
}

function withoutFields(value: unknown, names: ReadonlySet<string>): unknown {
  if (typeof value === 'string') return withoutFieldsInText(value, names)
  return mapped(value, (name) => (names.has(name) ? REDACTED : undefined), names)
}

/** Tools give JSON as text as often as not. */
function withoutFieldsInText(text: string, names: ReadonlySet<string>): string {
  if (!/^\s*[[{]/.test(text)) return text
  try {
    return JSON.stringify(withoutFields(JSON.parse(text), names))
  } catch {
    return text
  }
}

/** The value with `other` in the place of each field for which there is one. Texts within data may hold data. */
function mapped(
  value: unknown,
  other: (name: string, value: unknown) => unknown,
  inText?: ReadonlySet<string>,
): unknown {
  if (typeof value === 'string') return inText ? withoutFieldsInText(value, inText) : value
  if (value === null || typeof value !== 'object') return value
  if (Array.isArray(value)) return value.map((each) => mapped(each, other, inText))
  const entries = Object.entries(value).map(([name, each]) => [name, other(name, each) ?? mapped(each, other, inText)])
  return Object.fromEntries(entries)
}
