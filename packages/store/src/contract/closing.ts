import { expect } from 'vitest'
import { StoreUnavailable } from '../session-store.ts'
import { ALL, commits, type Holds, newSession } from './fixtures.ts'

export function closing(holds: Holds): void {
  holds('[L21] closing finishes what was accepted, and what is asked later is refused', async (store) => {
    await store.create(newSession('a'), commits(1))
    const accepted = [
      store.append('a', { head: 1, commits: commits(2), at: 2 }),
      store.create(newSession('b'), commits(1)),
      store.saveCheckpoint('a', { seq: 1, json: '{}' }),
      store.read('a', 0, { limit: 1, bytes: 1 }),
    ]
    const closed = store.close()
    const late: Promise<unknown>[] = [
      store.append('a', { head: 3, commits: commits(1), at: 2 }),
      store.create(newSession('c'), []),
      store.load('a'),
      store.read('a', 0, ALL),
      store.list({ limit: 1 }),
      store.due(1, 1),
      store.saveCheckpoint('a', { seq: 1, json: '{}' }),
      store.loadCheckpoint('a'),
      store.erase('a'),
    ]
    for (const outcome of await Promise.allSettled(late)) {
      expect(outcome.status).toBe('rejected')
      const { reason } = outcome as PromiseRejectedResult
      expect(reason).toBeInstanceOf(StoreUnavailable)
      expect(reason).toMatchObject({ fault: 'closed' })
    }
    const [head, made, , first] = await Promise.all(accepted)
    expect(head).toBe(3)
    expect(made).toMatchObject({ key: 'b', head: 1 })
    expect(first).toEqual([{ seq: 1, json: commits(1)[0] }])
    await closed
    await store.close()
  })
}
