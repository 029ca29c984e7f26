import { expect } from 'vitest'
import { commits, type Holds, keys, newSession, range, texts } from './fixtures.ts'

export function erasing(holds: Holds): void {
  holds('[L18] an erased session is gone from every answer, and others stay', async (store) => {
    await store.create(newSession('a', { command: 'open-1', wakeAt: 7 }), commits(5))
    await store.create(newSession('b'), commits(2))
    await store.saveCheckpoint('a', { seq: 5, json: '{}' })
    await store.erase('a')
    expect(await store.load('a')).toBeUndefined()
    expect(await texts(store, 'a')).toEqual([])
    expect(await store.loadCheckpoint('a')).toBeUndefined()
    expect((await store.list({ command: 'open-1', limit: 5 })).items).toEqual([])
    expect(await store.due(7, 5)).toEqual([])
    expect(keys((await store.list({ limit: 5 })).items)).toEqual(['b'])
    await store.erase('a')
    await store.erase('nobody')
    expect(await texts(store, 'b')).toEqual(commits(2))
  })

  holds('[L19] the same key again is another log, and shows nothing of the first', async (store) => {
    const logs = new Set<string>()
    for (const life of range(4)) {
      const made = await store.create(newSession('a', { createdAt: life }), commits(life + 1, `life${life}`))
      logs.add(made.log)
      expect(made).toMatchObject({ head: life + 1, status: 'idle' })
      expect(await store.loadCheckpoint('a')).toBeUndefined()
      expect(made.wakeAt).toBeUndefined()
      expect(await store.due(9, 5)).toEqual([])
      await store.append('a', { head: life + 1, commits: commits(300, 'more'), status: 'running', at: 3, wakeAt: 9 })
      await store.saveCheckpoint('a', { seq: life + 2, json: `{"life":${life}}` })
      expect(await texts(store, 'a')).toEqual([...commits(life + 1, `life${life}`), ...commits(300, 'more')])
      await store.erase('a')
    }
    expect(logs.size).toBe(4)
  })

  holds('[L20] the identity of a log stays while commits are added', async (store) => {
    const { log } = await store.create(newSession('a'), commits(1))
    for (const n of range(5)) {
      await store.append('a', { head: 1 + n, commits: commits(1), status: 'running', at: 2 })
      expect((await store.load('a'))!.log).toBe(log)
    }
    expect((await store.list({ limit: 1 })).items[0]!.log).toBe(log)
  })
}
