import { described, type Limits, type Metadata } from '@longwire/protocol'
import { overLimit } from '../limits/over-limit.ts'
import { Refusal } from '../refusal.ts'
import type { SessionCommandHandler } from './session-command.ts'

/** What the server keeps there itself. */
const OWN = ['parent', 'forkedFrom']

/** Changes what is kept with the session, its title among it. */
export const describe: SessionCommandHandler<'describe'> = async (
  { session, limits },
  { id: command, metadata: changes },
  { principal: by },
) => {
  if (session.state.closed) throw new Refusal('session_closed', `session ${session.id} is closed`)
  refuseBadDescription(session.state.metadata, changes, limits)
  return { seq: await session.commit([session.body({ type: 'session.described', changes, by, command })]) }
}

/** Refuses changes that a client may not make, or after which there would be too much. */
export function refuseBadDescription(metadata: Metadata, changes: Metadata, limits: Limits): void {
  const own = OWN.find((name) => name in changes)
  if (own !== undefined) throw new Refusal('bad_field', `metadata.${own} is kept by the server`)
  const { title = null } = changes
  if (title !== null && (typeof title !== 'string' || title.length > limits.titleCharacters)) {
    throw overLimit('titleCharacters', `metadata.title must be a text of at most ${limits.titleCharacters} characters`)
  }
  if (Buffer.byteLength(JSON.stringify(described(metadata, changes))) > limits.metadataBytes) {
    throw overLimit('metadataBytes', `metadata would be over ${limits.metadataBytes} bytes`)
  }
}
