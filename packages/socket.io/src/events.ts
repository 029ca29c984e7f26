/** Names that socket.io keeps for itself. */
const RESERVED: ReadonlySet<string> = new Set([
  'connect',
  'connect_error',
  'disconnect',
  'disconnecting',
  'newListener',
  'removeListener',
])

/** A frame as an event: named for its type, or in a dialect without types for its first field, which is what the event carries; the whole frame stands behind it. */
export function eventOf(frame: string): readonly [name: string, ...args: unknown[]] {
  const value = JSON.parse(frame) as Readonly<Record<string, unknown>>
  if (typeof value.type === 'string') return [named(value.type), value]
  const [name = 'message'] = Object.keys(value)
  return [named(name), value[name], value]
}

function named(name: string): string {
  return RESERVED.has(name) ? `frame.${name}` : name
}

/**
 * An event of a client as a frame: what is sent as `message` or `frame` is one; another event is a command of that type, or in
 * a dialect the field of that name.
 */
export function frameOf(event: string, [value]: readonly unknown[]): unknown {
  if (event === 'message' || event === 'frame') return value
  if (isRecord(value) && typeof value.id === 'string' && !DIALECT_FIELDS.has(event)) return { type: event, ...value }
  return { [event]: value ?? true }
}

/** Fields that hold an object with an id of its own. */
const DIALECT_FIELDS: ReadonlySet<string> = new Set(['control', 'sessionState'])

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
