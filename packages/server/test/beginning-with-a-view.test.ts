import type { SessionEvent } from '@longwire/protocol'
import { LIMITS, printPlace } from '@longwire/protocol'
import { MemoryStore } from '@longwire/store'
import { foldAll, type SessionView } from '@longwire/view'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { Attachment } from '../src/attachment/attachment.ts'
import type { Outlet } from '../src/attachment/outlet.ts'
import { SYSTEM_CLOCK } from '../src/clock.ts'
import { commitBody } from '../src/session/log-event.ts'
import { Session } from '../src/session/session.ts'
import { NEW_SESSION } from '../src/session/session-state.ts'

// A view is handed over a few microtasks after it was made, and a commit may come in each of them: the reader is let in
// after 0, 1, 2, … of them, so that every way in which the two can meet is gone through.
const MICROTASKS = 60
const COMMITS = 12

test('[A2] [A16] a view that comes first stands at the place that is named with it, whatever is committed meanwhile', async () => {
  const broken: number[] = []
  const begun = new Set<string>()
  for (let microtasks = 0; microtasks < MICROTASKS; microtasks += 1) {
    const { session, whole } = await busySession()
    const committing = commitAll(session)
    for (let each = 0; each < microtasks; each += 1) await Promise.resolve()
    const read = new ReadView()
    const filter = { trace: 'debug', reasoning: true } as const
    const options = { filter, stubBytes: LIMITS.stubBytes, onFault: () => {} }
    await new Attachment(session, read, options, { seq: 0, sub: 0 }).start('snapshot')
    await committing
    begun.add(read.at)
    if (read.at !== read.first!.at || JSON.stringify(read.view) !== JSON.stringify(await whole())) {
      broken.push(microtasks)
    }
  }
  expect(begun.size).toBeGreaterThan(COMMITS / 2)
  expect(broken).toEqual([])
})

/** Holds a view, and folds on top what comes after it. */
class ReadView implements Outlet {
  at = ''
  first: SessionView | undefined
  view: SessionView | undefined

  snapshot(at: Parameters<Outlet['snapshot']>[0], view: string): boolean {
    this.at = printPlace(at)
    this.first = this.view = JSON.parse(view) as SessionView
    return true
  }

  event(fields: string): boolean {
    this.view = foldAll(this.view!, [JSON.parse(`{${fields}`) as SessionEvent])
    return true
  }

  drained(): Promise<void> {
    return Promise.resolve()
  }

  ended(): void {}
}

/** A session in a store that is quick, and the view of all that is in its log. */
async function busySession(): Promise<{ session: Session; whole: () => Promise<SessionView> }> {
  const store = new MemoryStore()
  const opened = { type: 'session.opened', session: 's', agent: 'echo', tools: [], metadata: {}, at: 1, seq: 1 }
  const named = { key: 'k', session: 's', agent: 'echo', principal: 'p', createdAt: 1, metadata: {}, status: 'idle' }
  const record = await store.create(named as never, [JSON.stringify(opened)])
  const house = { store, clock: SYSTEM_CLOCK, limits: LIMITS, log: pino({ enabled: false }) }
  const session = new Session({ ...house, describeAgent: () => undefined }, record, NEW_SESSION)
  return { session, whole: () => session.views.current({ trace: 'debug', reasoning: true }) }
}

async function commitAll(session: Session): Promise<void> {
  for (let commit = 0; commit < COMMITS; commit += 1) {
    await session.commit([
      commitBody({ type: 'session.described', changes: { [`m${commit}`]: commit }, by: 'p' }, commit),
    ])
  }
}
