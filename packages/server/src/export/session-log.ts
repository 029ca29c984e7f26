import type { Filter } from '@longwire/protocol'
import { wholeFields } from '../attachment/readable.ts'
import { storedEvent } from '../session/log-event.ts'
import type { ReadSession } from '../session/read-session.ts'

const PAGE = { limit: 500, bytes: 2_097_152 }

/** A stretch of a log: the commits after `after`, and of these the first `limit`. */
export interface Stretch {
  readonly after: number
  readonly limit: number
}

/** That stretch of a session up to where it stands now, a page at a time, as one with this filter may see it: JSON. */
export async function* sessionLog(
  session: ReadSession,
  filter: Filter,
  { after, limit }: Stretch,
): AsyncGenerator<readonly string[]> {
  const head = Math.min(session.head, after + limit)
  for (let at = after; at < head; ) {
    const page = await session.house.store.read(session.key, at, PAGE)
    if (page.length === 0) throw new Error(`the log of ${session.id} ends at ${at}, not at ${head}`)
    at = page.at(-1)!.seq
    yield page
      .filter(({ seq }) => seq <= head)
      .flatMap(({ seq, json }) => {
        const fields = wholeFields(storedEvent(seq, json), filter)
        return fields === undefined ? [] : [`{${fields}`]
      })
  }
}
