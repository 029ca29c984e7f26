import { expect } from 'vitest'
import type { SessionQuery, SessionRecord } from '../session-store.ts'
import { BadCursor } from '../session-store.ts'
import { commits, type Holds, keys, newSession, range } from './fixtures.ts'

export function listing(holds: Holds): void {
  holds('[L15] a list is newest first, and the one made later first where two are as old', async (store) => {
    for (const [key, createdAt] of [
      ['a', 5],
      ['b', 9],
      ['c', 5],
      ['d', 7],
      ['e', 5],
    ] as const) {
      await store.create(newSession(key, { createdAt }), [])
    }
    expect(keys((await store.list({ limit: 500 })).items)).toEqual(['b', 'd', 'e', 'c', 'a'])
  })

  holds('[L15] a list passes all of its filters', async (store) => {
    const principals = ['ann', 'bob', 'cem']
    const agents = ['analyst', 'clerk']
    const statuses = ['idle', 'running', 'waiting', 'closed'] as const
    for (const n of range(24)) {
      const key = `s${n}`
      const session = { principal: principals[n % 3]!, agent: agents[n % 2]!, createdAt: n, command: `open-${n % 6}` }
      await store.create(newSession(key, session), [])
      const status = statuses[n % 4]!
      if (status !== 'idle') await store.append(key, { head: 0, commits: commits(1), status, at: n })
    }
    const all = (await store.list({ limit: 500 })).items
    expect(all).toHaveLength(24)
    for (const principal of [undefined, ...principals, 'nobody']) {
      for (const agent of [undefined, ...agents]) {
        for (const status of [undefined, ...statuses]) {
          for (const command of [undefined, 'open-1', 'open-9']) {
            const expected = all.filter(
              (record) =>
                record.principal === (principal ?? record.principal) &&
                record.agent === (agent ?? record.agent) &&
                record.status === (status ?? record.status) &&
                record.command === (command ?? record.command),
            )
            const { items, cursor } = await store.list({ principal, agent, status, command, limit: 500 })
            expect(keys(items)).toEqual(keys(expected))
            expect(cursor).toBeUndefined()
          }
        }
      }
    }
  })

  holds(
    '[L33] a search finds a session by its title or its summary, whatever the case, and nothing else',
    async (store) => {
      await store.create(newSession('title', { metadata: { title: 'Märkte in ASIEN' }, createdAt: 1 }), [])
      await store.create(newSession('summary', { summary: 'How do the märkte stand?', createdAt: 2 }), [])
      await store.create(newSession('number', { metadata: { title: 7, note: 'märkte' }, createdAt: 3 }), [])
      await store.create(
        newSession('wild', { metadata: { title: '100% of it_all \\ "so" \'said\'' }, createdAt: 4 }),
        [],
      )
      await store.create(newSession('bobs', { principal: 'bob', summary: 'Märkte', createdAt: 5 }), [])
      const found = async (q: string, also: Partial<SessionQuery> = {}) =>
        keys((await store.list({ q, limit: 500, ...also })).items)
      expect(await found('MÄRKTE')).toEqual(['bobs', 'summary', 'title'])
      expect(await found('märkte', { principal: 'ann' })).toEqual(['summary', 'title'])
      expect(await found('in asien', { agent: 'analyst', status: 'idle' })).toEqual(['title'])
      for (const q of ['100% of', 'it_all', '\\', '"so"', "'said'", '%']) expect(await found(q)).toEqual(['wild'])
      for (const q of ['7', 'note', '_all%', 'itXall', 'session-title']) expect(await found(q)).toEqual([])
      expect(await found('')).toHaveLength(5)
      const first = await store.list({ q: 'märkte', limit: 2 })
      const second = await store.list({ q: 'märkte', limit: 2, cursor: first.cursor })
      expect([keys(first.items), keys(second.items), second.cursor]).toEqual([
        ['bobs', 'summary'],
        ['title'],
        undefined,
      ])
    },
  )

  holds('[L15] a list with a limit that cannot be is refused', async (store) => {
    for (const limit of [0, -1, 501, 1.5]) await expect(store.list({ limit })).rejects.toBeInstanceOf(RangeError)
  })

  holds('[L16] cursors give each session once, while others are made and erased', async (store) => {
    for (const n of range(30)) await store.create(newSession(`s${n}`, { createdAt: Math.floor(n / 3) }), [])
    for (const filter of [
      {},
      { principal: 'ann' },
      { status: 'idle' as const },
      { agent: 'analyst', principal: 'ann' },
    ]) {
      const seen: SessionRecord[] = []
      let query: SessionQuery = { ...filter, limit: 7 }
      for (let page = 0; ; page += 1) {
        const { items, cursor } = await store.list(query)
        seen.push(...items)
        if (cursor === undefined) break
        await store.create(newSession(`new${page}`, { createdAt: 1_000 }), [])
        await store.create(newSession(`tie${page}`, { createdAt: items.at(-1)!.createdAt }), [])
        await store.erase(items.at(-1)!.key)
        query = { ...filter, limit: 7, cursor }
      }
      const original = keys(seen).filter((key) => key.startsWith('s'))
      expect(new Set(keys(seen)).size).toBe(seen.length)
      expect(original).toEqual(
        range(30)
          .reverse()
          .map((n) => `s${n}`),
      )
      for (const { key } of (await store.list({ limit: 500 })).items) await store.erase(key)
      for (const n of range(30)) await store.create(newSession(`s${n}`, { createdAt: Math.floor(n / 3) }), [])
    }
  })

  holds('[L16] a page that ends the list has no cursor', async (store) => {
    for (const n of range(4)) await store.create(newSession(`s${n}`), [])
    expect((await store.list({ limit: 4 })).cursor).toBeUndefined()
    const first = await store.list({ limit: 3 })
    expect(first.cursor).toEqual(expect.any(String))
    const second = await store.list({ limit: 3, cursor: first.cursor })
    expect(keys(second.items)).toEqual(['s0'])
    expect(second.cursor).toBeUndefined()
    expect(await store.list({ principal: 'nobody', limit: 3 })).toEqual({ items: [], cursor: undefined })
  })

  holds('[L16] a cursor that no list gave is refused', async (store) => {
    for (const cursor of ['', 'x', '1', '-', '1-', '1-2-3', ' 1-2', '1-zz zz', '9'.repeat(400), "1' OR 1=1"]) {
      await expect(store.list({ limit: 5, cursor })).rejects.toBeInstanceOf(BadCursor)
    }
  })
}
