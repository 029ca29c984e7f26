import type { Passed } from './frame-tap.ts'

/** What the table says of a frame without opening it. */
export interface FrameFacts {
  readonly type: string
  readonly kind: 'command' | 'commit' | 'draft' | 'frame' | 'line' | 'unreadable'
  readonly ch?: number | undefined
  readonly place?: string | undefined
  readonly id?: string | undefined
  /** What is worth reading of it on one line. */
  readonly gist: string
}

const known = new WeakMap<Passed, FrameFacts>()

/** Reads a frame once, when it is first shown. */
export function factsOf(passed: Passed): FrameFacts {
  let facts = known.get(passed)
  if (!facts) {
    facts = read(passed)
    known.set(passed, facts)
  }
  return facts
}

function read({ way, text }: Passed): FrameFacts {
  if (way === 'line') return { type: 'line', kind: 'line', gist: text }
  const frame = parsed(text)
  if (!frame) return { type: 'not JSON', kind: 'unreadable', gist: text.slice(0, GIST) }
  const { type, ch, seq, sub, id } = frame
  const isEvent = way === 'in' && typeof seq === 'number' && typeof type === 'string' && type.includes('.')
  return {
    type: typeof type === 'string' ? type : 'no type',
    kind: way === 'out' ? 'command' : isEvent ? (sub === undefined ? 'commit' : 'draft') : 'frame',
    ch: typeof ch === 'number' ? ch : undefined,
    place: isEvent ? (sub === undefined ? `${seq}` : `${seq}.${sub}`) : undefined,
    id: typeof id === 'string' ? id : undefined,
    gist: gistOf(frame),
  }
}

const GIST = 240
/** Said in columns of their own, or the same in every frame. */
const SAID_ELSEWHERE = new Set(['type', 'ch', 'seq', 'sub', 'at', 'id'])

function gistOf(frame: Readonly<Record<string, unknown>>): string {
  if (typeof frame.text === 'string') return JSON.stringify(frame.text).slice(0, GIST)
  const rest = Object.entries(frame).filter(([name]) => !SAID_ELSEWHERE.has(name))
  return rest
    .map(([name, value]) => `${name}: ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('  ')
    .slice(0, GIST)
}

function parsed(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Readonly<Record<string, unknown>>)
      : undefined
  } catch {
    return undefined
  }
}

export interface FrameFilter {
  /** Found in the frame's text, whatever its case. */
  readonly text: string
  readonly kinds: ReadonlySet<FrameFacts['kind']>
  readonly ch?: number | undefined
}

export function passesFilter(passed: Passed, { text, kinds, ch }: FrameFilter): boolean {
  const facts = factsOf(passed)
  if (!kinds.has(facts.kind) || (ch !== undefined && facts.ch !== ch)) return false
  return text === '' || passed.text.toLowerCase().includes(text.toLowerCase())
}
