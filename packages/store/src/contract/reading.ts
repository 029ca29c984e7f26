import { expect } from 'vitest'
import { ALL, commits, type Holds, newSession, range, texts } from './fixtures.ts'

export function reading(holds: Holds): void {
  holds('[L13] a read answers what comes after a place, in order, at most as many as asked', async (store) => {
    await store.create(newSession('a'), commits(3))
    await store.append('a', { head: 3, commits: commits(5, 'b'), at: 2 })
    await store.append('a', { head: 8, commits: commits(2, 'c'), at: 2 })
    const whole = await store.read('a', 0, ALL)
    expect(whole.map((commit) => commit.json)).toEqual([...commits(3), ...commits(5, 'b'), ...commits(2, 'c')])
    for (const after of range(11)) {
      for (const limit of [1, 2, 4, 100]) {
        expect(await store.read('a', after, { ...ALL, limit })).toEqual(whole.slice(after, after + limit))
      }
    }
  })

  holds('[L13] a read stops before its bytes are over, but the first commit always comes', async (store) => {
    const sized = [10, 20, 5, 100, 1, 1].map((bytes) => `"${'ä'.repeat(bytes)}"`)
    const bytesOf = (some: readonly string[]) => some.reduce((sum, json) => sum + Buffer.byteLength(json), 0)
    await store.create(newSession('a'), sized.slice(0, 2))
    await store.append('a', { head: 2, commits: sized.slice(2), at: 2 })
    for (const after of range(sized.length)) {
      for (const bytes of [0, 1, 22, 23, 63, 64, 65, 76, 77, 250, 10_000]) {
        const fit = range(sized.length - after).map((n) => n + 1)
        const most = Math.max(1, ...fit.filter((n) => bytesOf(sized.slice(after, after + n)) <= bytes))
        const page = await store.read('a', after, { limit: 100, bytes })
        expect(page.map((commit) => commit.json)).toEqual(sized.slice(after, after + most))
        expect(page[0]!.seq).toBe(after + 1)
      }
    }
  })

  holds('[L13] pages that follow one another give the whole log, each commit once', async (store) => {
    await store.create(newSession('a'), [])
    for (const n of range(40)) await store.append('a', { head: n * 25, commits: commits(25, `x${n}`), at: 2 })
    for (const bound of [
      { limit: 17, bytes: 1e9 },
      { limit: 1_000, bytes: 333 },
      { limit: 1_000, bytes: 1e9 },
    ]) {
      const seqs: number[] = []
      for (;;) {
        const page = await store.read('a', seqs.length, bound)
        if (page.length === 0) break
        seqs.push(...page.map((commit) => commit.seq))
      }
      expect(seqs).toEqual(range(1_000).map((n) => n + 1))
    }
  })

  holds('[L14] a read at the head, past it, or of nobody answers nothing', async (store) => {
    await store.create(newSession('a'), commits(2))
    expect(await store.read('a', 2, ALL)).toEqual([])
    expect(await store.read('a', 3, ALL)).toEqual([])
    expect(await store.read('a', Number.MAX_SAFE_INTEGER, ALL)).toEqual([])
    expect(await store.read('nobody', 0, ALL)).toEqual([])
  })

  holds('[L14] a read with a place or a bound that cannot be is refused', async (store) => {
    await store.create(newSession('a'), commits(2))
    await expect(store.read('a', -1, ALL)).rejects.toBeInstanceOf(RangeError)
    await expect(store.read('a', 1.5, ALL)).rejects.toBeInstanceOf(RangeError)
    await expect(store.read('a', 0, { limit: 0, bytes: 1 })).rejects.toBeInstanceOf(RangeError)
    await expect(store.read('a', 0, { limit: 1, bytes: -1 })).rejects.toBeInstanceOf(RangeError)
  })

  holds('[L20] sessions do not see one another', async (store) => {
    await Promise.all(range(20).map((n) => store.create(newSession(`s${n}`), commits(n, `s${n}`))))
    for (const n of range(20)) expect(await texts(store, `s${n}`)).toEqual(commits(n, `s${n}`))
    const logs = (await store.list({ limit: 100 })).items.map((record) => record.log)
    expect(new Set(logs).size).toBe(20)
  })
}
