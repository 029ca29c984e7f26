import { type Place, printPlace } from '@longwire/protocol'
import { Attachment, recoveryFor } from '../../attachment/attachment.ts'
import type { Outlet } from '../../attachment/outlet.ts'
import type { Refusal } from '../../refusal.ts'
import type { ReadSession } from '../../session/read-session.ts'
import type { DoorHouse } from '../context.ts'
import type { Asked } from './events.ts'

const PAGE_CHARACTERS = 1_048_576

/** What one poll gathers: events up to a bound, and the view where one has to come first. */
class Page implements Outlet {
  readonly events: string[] = []
  snapshotText: string | undefined
  refusal: Refusal | undefined
  readonly #most: number
  readonly #something: () => void
  #characters = 0

  constructor(most: number, something: () => void) {
    this.#most = most
    this.#something = something
  }

  get isEmpty(): boolean {
    return this.events.length === 0 && this.snapshotText === undefined && this.refusal === undefined
  }

  event(fields: string): boolean {
    this.events.push(`{${fields}`)
    this.#characters += fields.length
    this.#something()
    return this.events.length < this.#most && this.#characters < PAGE_CHARACTERS
  }

  snapshot(at: Place, view: string): boolean {
    this.snapshotText = `{"at":"${printPlace(at)}","view":${view}}`
    this.#something()
    return true
  }

  /** Never: the next poll goes on from here. */
  drained(): Promise<void> {
    return new Promise(() => undefined)
  }

  ended(why: Refusal): void {
    this.refusal = why
    this.#something()
  }
}

/**
 * The events after a place as one JSON text. Where there are none it waits for the first, and then for the end of that
 * tick, so that what was said together is answered together.
 */
export async function pollEvents(
  house: DoorHouse,
  session: ReadSession,
  { after, log, filter, isForAll }: Asked,
  waitMs: number,
  gone: AbortSignal,
): Promise<string> {
  const { limits } = house
  const { promise: something, resolve } = Promise.withResolvers<void>()
  const page = new Page(limits.pageCommits, resolve)
  let fault: unknown
  const onFault = (error: unknown) => {
    fault = error
    resolve()
  }
  const most = isForAll ? Number.POSITIVE_INFINITY : limits.replayCommits
  const recovered = recoveryFor(session, { after, log }, most)
  const attachment = new Attachment(session, page, { filter, stubBytes: limits.stubBytes, onFault }, after)
  const end = () => resolve()
  house.open.add(end)
  try {
    await attachment.start(recovered)
    if (page.isEmpty && waitMs > 0 && !gone.aborted) {
      gone.addEventListener('abort', end, { once: true })
      const timer = setTimeout(end, waitMs)
      await something
      clearTimeout(timer)
      await new Promise((next) => setImmediate(next))
    }
  } finally {
    house.open.delete(end)
    attachment.detach()
  }
  if (fault !== undefined) throw fault
  if (page.refusal) throw page.refusal
  const place = printPlace(attachment.at)
  const snapshot = page.snapshotText === undefined ? '' : `,"snapshot":${page.snapshotText}`
  const { status } = attachment.session
  const told = `"recovered":"${recovered}","log":${JSON.stringify(session.log)},"status":"${status}"`
  return `{"events":[${page.events.join(',')}],"place":"${place}",${told}${snapshot}}`
}
