import { expect } from 'vitest'
import { HeadMoved } from '../session-store.ts'
import { commits, type Holds, newSession, range, texts } from './fixtures.ts'

export function waking(holds: Holds): void {
  holds('[L30] a session has the time that it was made with, and none where it was made with none', async (store) => {
    const made = await store.create(newSession('a', { wakeAt: 1_700_000_000_000 }), commits(1))
    expect(made.wakeAt).toBe(1_700_000_000_000)
    expect(await store.load('a')).toEqual(made)
    expect((await store.create(newSession('b', { wakeAt: 0 }), [])).wakeAt).toBe(0)
    expect((await store.create(newSession('c'), [])).wakeAt).toBeUndefined()
    const listed = (await store.list({ limit: 5 })).items.map((record) => [record.key, record.wakeAt])
    expect(listed).toEqual([
      ['c', undefined],
      ['b', 0],
      ['a', 1_700_000_000_000],
    ])
  })

  holds(
    '[L30] the time moves with the append that carries one, null takes it away, and none leaves it',
    async (store) => {
      await store.create(newSession('a'), [])
      const told: [number | null | undefined, number | undefined][] = [
        [undefined, undefined],
        [50, 50],
        [undefined, 50],
        [40, 40],
        [null, undefined],
        [undefined, undefined],
        [null, undefined],
        [0, 0],
        [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
      ]
      for (const [head, [wakeAt, kept]] of told.entries()) {
        await store.append('a', { head, commits: commits(1), at: head, wakeAt })
        expect((await store.load('a'))!.wakeAt).toBe(kept)
        expect(await store.due(Number.MAX_SAFE_INTEGER, 5)).toEqual(kept === undefined ? [] : ['a'])
      }
    },
  )

  holds('[L11] [L30] status and time of waking move apart, and together', async (store) => {
    await store.create(newSession('a', { wakeAt: 5 }), [])
    await store.append('a', { head: 0, commits: commits(1), at: 2, status: 'running' })
    expect(await store.load('a')).toMatchObject({ status: 'running', wakeAt: 5 })
    await store.append('a', { head: 1, commits: commits(1), at: 3, wakeAt: 9 })
    expect(await store.load('a')).toMatchObject({ status: 'running', wakeAt: 9 })
    await store.append('a', { head: 2, commits: commits(1), at: 4, status: 'idle', wakeAt: null })
    expect(await store.load('a')).toMatchObject({ status: 'idle', wakeAt: undefined, updatedAt: 4 })
  })

  holds('[L30] an append that is refused does not move the time', async (store) => {
    await store.create(newSession('a', { wakeAt: 50 }), commits(1))
    for (const wakeAt of [1, null]) {
      const append = store.append('a', { head: 0, commits: commits(1), at: 2, wakeAt })
      await expect(append).rejects.toBeInstanceOf(HeadMoved)
    }
    expect((await store.load('a'))!.wakeAt).toBe(50)
    expect(await store.due(49, 5)).toEqual([])
    expect(await store.due(50, 5)).toEqual(['a'])
  })

  holds('[L30] a time that cannot be is refused, and nothing is written', async (store) => {
    await store.create(newSession('a', { wakeAt: 50 }), commits(1))
    for (const wakeAt of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
      await expect(store.create(newSession('b', { wakeAt }), [])).rejects.toBeInstanceOf(RangeError)
      const append = store.append('a', { head: 1, commits: commits(1), at: 2, wakeAt })
      await expect(append).rejects.toBeInstanceOf(RangeError)
    }
    expect(await store.load('b')).toBeUndefined()
    expect(await texts(store, 'a')).toEqual(commits(1))
    expect(await store.due(50, 5)).toEqual(['a'])
  })

  holds('[L31] what is due comes earliest first, the one made earlier first where two are equal', async (store) => {
    const times = [30, 10, undefined, 20, 10, 40, 10]
    for (const [n, wakeAt] of times.entries()) {
      await store.create(newSession(`s${n}`, { wakeAt, createdAt: 100 - n, principal: `p${n}` }), [])
    }
    const order = ['s1', 's4', 's6', 's3', 's0', 's5']
    for (const [before, count] of [
      [0, 0],
      [9, 0],
      [10, 3],
      [20, 4],
      [29, 4],
      [39, 5],
      [40, 6],
      [Number.MAX_SAFE_INTEGER, 6],
    ] as const) {
      expect(await store.due(before, 500)).toEqual(order.slice(0, count))
      for (const limit of [1, 2, 3, 5, 6, 7]) {
        expect(await store.due(before, limit)).toEqual(order.slice(0, Math.min(count, limit)))
      }
    }
  })

  holds('[L31] a session is due, whatever its status, until an append moves its time', async (store) => {
    for (const [n, status] of (['idle', 'running', 'waiting', 'closed'] as const).entries()) {
      await store.create(newSession(`s${n}`), [])
      await store.append(`s${n}`, { head: 0, commits: commits(1), status, at: 2, wakeAt: n })
    }
    for (const _ of range(2)) expect(await store.due(3, 10)).toEqual(['s0', 's1', 's2', 's3'])
    await store.append('s0', { head: 1, commits: commits(1), at: 3, wakeAt: 3 })
    await store.append('s1', { head: 1, commits: commits(1), at: 3, wakeAt: null })
    await store.append('s2', { head: 1, commits: commits(1), at: 3, wakeAt: 4 })
    expect(await store.due(3, 10)).toEqual(['s0', 's3'])
  })

  holds('[L31] a time or a limit that cannot be is refused', async (store) => {
    for (const limit of [0, -1, 501, 1.5]) await expect(store.due(1, limit)).rejects.toBeInstanceOf(RangeError)
    for (const before of [-1, 0.5, Number.NaN]) await expect(store.due(before, 1)).rejects.toBeInstanceOf(RangeError)
  })
}
