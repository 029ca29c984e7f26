import { type Filter, passes } from '@longwire/protocol'
import type { LogEvent } from '../session/log-event.ts'

const stubs = new WeakMap<LogEvent, string>()
const unreasonedStubs = new WeakMap<LogEvent, string>()
const unreasoned = new WeakMap<LogEvent, string>()

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
  if (!passes(filter, event)) return undefined
  if (event.fields.length > stubBytes / 4 && event.sub === 0 && Buffer.byteLength(event.fields) >= stubBytes) {
    const isSpared = event.reasoning === true && !filter.reasoning
    return once(isSpared ? unreasonedStubs : stubs, event, () =>
      stub(event, session, isSpared ? '?reasoning=false' : ''),
    )
  }
  return event.reasoning && !filter.reasoning ? once(unreasoned, event, () => withoutReasoning(event)) : event.fields
}

/** The whole event for this reader, however large: what a stub's `href` answers. */
export function wholeFields(event: LogEvent, filter: Filter): string | undefined {
  if (!passes(filter, event)) return undefined
  return event.reasoning && !filter.reasoning ? once(unreasoned, event, () => withoutReasoning(event)) : event.fields
}

/** The short fields of the event, by which it can be placed, and where to fetch the rest. */
function stub(event: LogEvent, session: string, query: string): string {
  const whole = JSON.parse(`{${event.fields}`) as Record<string, unknown>
  const short = Object.entries(whole).filter(([, value]) => isShort(value))
  const bytes = Buffer.byteLength(event.fields) + 1
  const href = `/v1/sessions/${encodeURIComponent(session)}/events/${event.seq}${query}`
  return JSON.stringify({ ...Object.fromEntries(short), bytes, href }).slice(1)
}

function isShort(value: unknown): boolean {
  return typeof value === 'string' ? value.length <= 256 : value === null || typeof value !== 'object'
}

function withoutReasoning(event: LogEvent): string {
  const whole = JSON.parse(`{${event.fields}`) as { message: { parts: readonly { type: string }[] } }
  const parts = whole.message.parts.filter(({ type }) => type !== 'reasoning')
  return JSON.stringify({ ...whole, message: { ...whole.message, parts } }).slice(1)
}

function once(kept: WeakMap<LogEvent, string>, event: LogEvent, make: () => string): string {
  let text = kept.get(event)
  if (text === undefined) {
    text = make()
    kept.set(event, text)
  }
  return text
}
