import { EventStreamCodec } from '@smithy/core/event-streams'
import { EXCEPTIONS, type Exception } from './errors.ts'

const codec = new EventStreamCodec(
  (bytes) => (typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')),
  (text) => Buffer.from(text, 'utf8'),
)

export const EVENT_STREAM = 'application/vnd.amazon.eventstream'

/** One member of a response stream, `{ "chunk": { … } }`, as a message of the binary event stream. */
export function eventMessage(member: string): Uint8Array {
  const [name, payload] = Object.entries(JSON.parse(member) as Record<string, unknown>)[0]!
  const kind = Object.hasOwn(EXCEPTIONS, name) ? 'exception' : 'event'
  return codec.encode({
    headers: {
      [`:${kind}-type`]: { type: 'string', value: name },
      ':content-type': { type: 'string', value: 'application/json' },
      ':message-type': { type: 'string', value: kind },
    },
    body: Buffer.from(JSON.stringify(payload)),
  })
}

export function exceptionMessage({ name, message }: Exception): Uint8Array {
  return eventMessage(JSON.stringify({ [name]: { message } }))
}
