import type { Attachment } from '../attachment/attachment.ts'
import type { Identity } from '../auth/verifier.ts'

/** A peer that is there now: a connection, or a stream of one session. */
export interface OpenLine {
  readonly id: string
  readonly wire: 'websocket' | 'sse' | 'poll'
  readonly identity: Pick<Identity, 'principal' | 'name'> | undefined
  /** Milliseconds since 1970. */
  readonly since: number
  readonly attachments: Iterable<Attachment>
  readonly bufferedBytes: number
}

/** A line as operators see it. */
export function lineRow({ id, wire, identity, since, attachments, bufferedBytes }: OpenLine) {
  const reading = [...attachments]
  return {
    connection: id,
    wire,
    principal: identity?.principal ?? null,
    ...(identity?.name === undefined ? {} : { name: identity.name }),
    since,
    attachments: reading.length,
    behind: reading.filter(({ state }) => state.kind === 'waiting').length,
    lag: reading.reduce((most, { at, session }) => Math.max(most, session.head - at.seq), 0),
    bufferedBytes,
  }
}
