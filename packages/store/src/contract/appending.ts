import { expect } from 'vitest'
import type { SessionRecord } from '../session-store.ts'
import { HeadMoved, SessionMissing } from '../session-store.ts'
import { ALL, commits, type Holds, MIB, newSession, range, texts } from './fixtures.ts'

export function appending(holds: Holds): void {
  holds(
    '[L32] metadata and summary move with the append that carries them, and are found from then on',
    async (store) => {
      await store.create(newSession('a', { metadata: { title: 'Old', page: 1 } }), commits(1))
      const count = async (q: string) => (await store.list({ q, limit: 5 })).items.length
      await store.append('a', { head: 1, commits: commits(1), at: 2 })
      expect(await store.load('a')).toMatchObject({ metadata: { title: 'Old', page: 1 }, summary: undefined })
      const metadata = { title: 'New' }
      const appended = store.append('a', { head: 2, commits: commits(1), at: 3, metadata })
      metadata.title = 'changed afterwards'
      await appended
      expect(await store.load('a')).toMatchObject({ head: 3, metadata: { title: 'New' } })
      await store.append('a', { head: 3, commits: commits(1), at: 4, summary: 'What was asked first' })
      const refused = store.append('a', { head: 3, commits: commits(1), at: 5, summary: 'No', metadata: {} })
      await expect(refused).rejects.toBeInstanceOf(HeadMoved)
      const record = await store.load('a')
      expect(record).toMatchObject({ head: 4, metadata: { title: 'New' }, summary: 'What was asked first' })
      expect(record!.metadata).not.toHaveProperty('page')
      expect([await count('old'), await count('new'), await count('ASKED first')]).toEqual([0, 1, 1])
      for (const summary of ['', 'x'.repeat(2_049), 'a\0b']) {
        const impossible = store.append('a', { head: 4, commits: commits(1), at: 6, summary })
        await expect(impossible).rejects.toBeInstanceOf(RangeError)
      }
    },
  )

  holds('[L3] [L4] commits are numbered from 1 without a gap, however they were appended', async (store) => {
    await store.create(newSession('a'), commits(1))
    let head = 1
    for (const size of [1, 2, 300, 1, 7]) {
      const added = range(size).map((n) => `{"n":${head + n + 1}}`)
      head = await store.append('a', { head, commits: added, at: 2 })
    }
    expect(head).toBe(312)
    const read = await store.read('a', 0, ALL)
    expect(read.map((commit) => commit.seq)).toEqual(range(312).map((n) => n + 1))
    expect(read.slice(1).map((commit) => JSON.parse(commit.json).n)).toEqual(range(311).map((n) => n + 2))
    expect((await store.load('a'))!.head).toBe(312)
  })

  holds('[L5] an append after another head is refused, says where the log is, and writes nothing', async (store) => {
    await store.create(newSession('a'), commits(3))
    for (const head of [0, 2, 4, 1_000]) {
      const append = store.append('a', { head, commits: commits(2, 'late'), status: 'running', at: 9 })
      await expect(append).rejects.toBeInstanceOf(HeadMoved)
      await expect(append).rejects.toMatchObject({ key: 'a', expected: head, actual: 3 })
    }
    expect(await texts(store, 'a')).toEqual(commits(3))
    expect(await store.load('a')).toMatchObject({ head: 3, status: 'idle', updatedAt: 1 })
  })

  holds('[L6] of thirty writers after the same head one wins, and only its commits are there', async (store) => {
    await store.create(newSession('a'), commits(1))
    for (const round of range(5)) {
      const head = 1 + round * 3
      const tries = await Promise.allSettled(
        range(30).map((n) => store.append('a', { head, commits: commits(3, `r${round}w${n}`), at: 2 })),
      )
      const won = tries.flatMap((tried, n) => (tried.status === 'fulfilled' ? [n] : []))
      expect(won).toHaveLength(1)
      for (const tried of tries) {
        if (tried.status === 'rejected') expect(tried.reason).toMatchObject({ name: 'HeadMoved', actual: head + 3 })
      }
      expect((await texts(store, 'a')).slice(head)).toEqual(commits(3, `r${round}w${won[0]}`))
    }
  })

  holds('[L7] an append to a session that was never made, or was erased, is refused', async (store) => {
    await expect(store.append('a', { head: 0, commits: commits(1), at: 2 })).rejects.toBeInstanceOf(SessionMissing)
    await store.create(newSession('a'), commits(1))
    await store.erase('a')
    await expect(store.append('a', { head: 1, commits: commits(1), at: 2 })).rejects.toBeInstanceOf(SessionMissing)
    expect(await store.load('a')).toBeUndefined()
  })

  holds('[L8] an append that cannot be kept is refused, and writes nothing', async (store) => {
    await store.create(newSession('a'), commits(1))
    for (const wrong of [[], [''], ['{}', '{\n}'], ['{}', '"\ud800"'], ['"\0"'], [`"${'x'.repeat(16 * MIB)}"`]]) {
      await expect(store.append('a', { head: 1, commits: wrong, at: 2 })).rejects.toBeInstanceOf(RangeError)
    }
    await expect(store.append('a', { head: -1, commits: ['{}'], at: 2 })).rejects.toBeInstanceOf(RangeError)
    const status = 'asleep' as SessionRecord['status']
    await expect(store.append('a', { head: 1, commits: ['{}'], status, at: 2 })).rejects.toBeInstanceOf(RangeError)
    await expect(store.append('a', { head: 0.5, commits: ['{}'], at: 2 })).rejects.toBeInstanceOf(RangeError)
    await expect(store.append('a', { head: 1, commits: ['{}'], at: Number.NaN })).rejects.toBeInstanceOf(RangeError)
    expect(await texts(store, 'a')).toEqual(commits(1))
  })

  holds('[L9] what was acknowledged is seen by whatever is asked next', async (store) => {
    await store.create(newSession('a'), [])
    for (const head of range(50)) {
      await store.append('a', { head, commits: [`{"n":${head + 1}}`], at: 100 + head })
      const [record, read, listed] = await Promise.all([
        store.load('a'),
        store.read('a', head, ALL),
        store.list({ principal: 'ann', limit: 1 }),
      ])
      expect(record).toMatchObject({ head: head + 1, updatedAt: 100 + head })
      expect(read).toEqual([{ seq: head + 1, json: `{"n":${head + 1}}` }])
      expect(listed.items).toEqual([record])
    }
  })

  holds('[L10] a commit comes back as the same text, whatever its characters', async (store) => {
    const odd = [
      JSON.stringify({ lone: '\ud800', pair: '😀', other: '\udfff\ud800' }),
      JSON.stringify('\u0000\u0001\u2028\u2029\u007f\ufeff\r\n\t'),
      JSON.stringify('e\u0301 é ﷽ 漢字 \u{10ffff}'),
      '{"spaces" : 1e400 , "a":1,"a":2}',
      '\ufeff{}',
      '{"cr":1}\r',
    ]
    await store.create(newSession('a'), odd.slice(0, 2))
    await store.append('a', { head: 2, commits: odd.slice(2), at: 2 })
    expect(await texts(store, 'a')).toEqual(odd)
  })

  holds('[L10] a commit of 8 MiB comes back whole, between small ones', async (store) => {
    const big = JSON.stringify({ text: 'ä😀'.repeat((8 * MIB) / 6) })
    expect(Buffer.byteLength(big)).toBeGreaterThanOrEqual(8 * MIB - 16)
    await store.create(newSession('a'), commits(1))
    expect(await store.append('a', { head: 1, commits: ['{"before":1}', big, '{"after":1}'], at: 2 })).toBe(4)
    const read = await texts(store, 'a')
    expect(read.slice(0, 2)).toEqual([...commits(1), '{"before":1}'])
    expect(read[2] === big).toBe(true)
    expect(read[3]).toBe('{"after":1}')
  })

  holds('[L11] status and time move with the append that carries them, and only if it is accepted', async (store) => {
    await store.create(newSession('a'), commits(1))
    await store.append('a', { head: 1, commits: commits(1), status: 'running', at: 10 })
    expect(await store.load('a')).toMatchObject({ status: 'running', updatedAt: 10, createdAt: 1 })
    await store.append('a', { head: 2, commits: commits(1), at: 20 })
    expect(await store.load('a')).toMatchObject({ status: 'running', updatedAt: 20 })
    await expect(store.append('a', { head: 1, commits: commits(1), status: 'closed', at: 30 })).rejects.toThrow(
      HeadMoved,
    )
    expect(await store.load('a')).toMatchObject({ status: 'running', updatedAt: 20 })
    await store.append('a', { head: 3, commits: commits(1), status: 'waiting', at: 40 })
    expect(await store.load('a')).toMatchObject({ status: 'waiting', updatedAt: 40 })
  })

  holds('[L12] appends that are refused change nothing for others at the same moment', async (store) => {
    await Promise.all(range(40).map((n) => store.create(newSession(`s${n}`), commits(1))))
    const tries = await Promise.allSettled(
      range(40).map((n) => {
        if (n % 4 === 1) return store.append(`s${n}`, { head: 7, commits: commits(1), at: 2 })
        if (n % 4 === 2) return store.append(`missing${n}`, { head: 1, commits: commits(1), at: 2 })
        if (n % 4 === 3) return store.create(newSession(`s${n}`), commits(1))
        return store.append(`s${n}`, { head: 1, commits: commits(2, `s${n}`), at: 2 })
      }),
    )
    const outcome = ['fulfilled', 'HeadMoved', 'SessionMissing', 'SessionExists']
    for (const [n, tried] of tries.entries()) {
      expect(tried.status === 'fulfilled' ? 'fulfilled' : tried.reason.name).toBe(outcome[n % 4])
      const there = n % 4 === 0 ? [...commits(1), ...commits(2, `s${n}`)] : commits(1)
      expect(await texts(store, `s${n}`)).toEqual(there)
    }
  })
}
