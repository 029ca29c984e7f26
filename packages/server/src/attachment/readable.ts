import { type Filter, passes } from '@longwire/protocol'
import { redacted } from '../auth/redaction.ts'
import type { LogEvent } from '../session/log-event.ts'

/** What was made of an event for readers who may not have it as it is: for each kind of reader once, however many there are. */
const variants = new WeakMap<LogEvent, Map<string, string>>()

/**
 * The text of the event for a reader with this filter, without its opening brace; undefined where the reader does not
 * get it. A commit over the bound becomes a stub that says where the whole of it is.
 */
export function readableFields(
  event: LogEvent,
  filter: Filter,
  session: string,
  stubBytes: number,
): string | undefined {
  if (!reaches(event, filter)) return undefined
  if (event.fields.length > stubBytes / 4 && event.sub === 0 && Buffer.byteLength(event.fields) >= stubBytes) {
    return once(event, `stub ${kindOf(event, filter)}`, () => stub(event, filter, session))
  }
  return shownFields(event, filter)
}

/** The whole event for this reader, however large: what a stub's `href` answers. */
export function wholeFields(event: LogEvent, filter: Filter): string | undefined {
  return reaches(event, filter) ? shownFields(event, filter) : undefined
}

/** Nobody can take a field out of half a JSON text: whoever may not see all of it gets the input when it is whole. */
function reaches(event: LogEvent, filter: Filter): boolean {
  return passes(filter, event) && !(event.type === 'chunk.tool' && hasRedaction(filter))
}

function shownFields(event: LogEvent, filter: Filter): string {
  const kind = kindOf(event, filter)
  if (kind === WHOLE) return event.fields
  return once(event, kind, () => JSON.stringify(shown(event, filter)).slice(1))
}

const WHOLE = 'whole'

/** Readers of one kind get the same text. */
function kindOf(event: LogEvent, filter: Filter): string {
  const spared = sparesReasoning(event, filter) ? 'spared' : ''
  const fields = hasRedaction(filter) && event.sub === 0 ? filter.redact!.toSorted().join('\n') : ''
  return spared === '' && fields === '' ? WHOLE : `${spared} ${fields}`
}

function shown(event: LogEvent, filter: Filter): Record<string, unknown> {
  const whole = JSON.parse(`{${event.fields}`) as Record<string, unknown>
  return redacted(sparesReasoning(event, filter) ? withoutReasoning(whole) : whole, filter.redact)
}

function sparesReasoning(event: LogEvent, filter: Filter): boolean {
  return event.reasoning === true && !filter.reasoning
}

function hasRedaction({ redact = [] }: Filter): boolean {
  return redact.length > 0
}

/** The short fields of the event, by which it can be placed, and where to fetch the rest. */
function stub(event: LogEvent, filter: Filter, session: string): string {
  const short = Object.entries(shown(event, filter)).filter(([, value]) => isShort(value))
  const bytes = Buffer.byteLength(event.fields) + 1
  const query = sparesReasoning(event, filter) ? '?reasoning=false' : ''
  const href = `/v1/sessions/${encodeURIComponent(session)}/events/${event.seq}${query}`
  return JSON.stringify({ ...Object.fromEntries(short), bytes, href }).slice(1)
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= 256 : value === null || typeof value !== 'object'
}

function withoutReasoning(whole: Record<string, unknown>): Record<string, unknown> {
  // What the model of a background task said is the output of a step.
  const key = whole.message === undefined ? 'output' : 'message'
  const said = whole[key] as { readonly parts?: unknown } | null | undefined
  if (!Array.isArray(said?.parts)) return whole
  return { ...whole, [key]: { ...said, parts: said.parts.filter((part) => part?.type !== 'reasoning') } }
}

function once(event: LogEvent, kind: string, make: () => string): string {
  let kept = variants.get(event)
  if (!kept) {
    kept = new Map()
    variants.set(event, kept)
  }
  let text = kept.get(kind)
  if (text === undefined) {
    text = make()
    kept.set(kind, text)
  }
  return text
}
