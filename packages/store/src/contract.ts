// The rules of `spec/log.md` as a suite for vitest: a new store is one file, and a test that calls this with it.
import { describe, expect, test } from 'vitest'
import type { NewSession, ReadBound, SessionQuery, SessionRecord, SessionStore } from './session-store.ts'
import { BadCursor, HeadMoved, SessionExists, SessionMissing, StoreUnavailable } from './session-store.ts'

const ALL: ReadBound = { limit: 100_000, bytes: 1_000_000_000 }
const MIB = 1024 * 1024

/** Tries [L1] to [L21] on stores that `open` makes. Each test opens one of its own, which begins empty, and closes it. */
export function storeContract(name: string, open: () => Promise<SessionStore>): void {
  const holds = (rule: string, story: (store: SessionStore) => Promise<void>) =>
    test(rule, async () => {
      const store = await open()
      try {
        await story(store)
      } finally {
        await store.close()
      }
    })

  describe(`${name} keeps the log`, () => {
    describe('making a session', () => makingASession(holds))
    describe('appending', () => appending(holds))
    describe('reading', () => reading(holds))
    describe('listing', () => listing(holds))
    describe('checkpoints', () => checkpoints(holds))
    describe('erasing and closing', () => erasingAndClosing(holds))
  })
}

type Holds = (rule: string, story: (store: SessionStore) => Promise<void>) => void

function makingASession(holds: Holds): void {
  holds('[L1] a session is made with its first commits, and loads as it was made', async (store) => {
    const made = await store.create(
      newSession('a', { metadata: { title: 'Märkte', tags: ['x', 1, null] }, command: 'open-1', createdAt: 1234 }),
      commits(2),
    )
    expect(made).toEqual({
      key: 'a',
      session: 'session-a',
      agent: 'analyst',
      principal: 'ann',
      metadata: { title: 'Märkte', tags: ['x', 1, null] },
      command: 'open-1',
      head: 2,
      status: 'idle',
      log: expect.stringMatching(/./),
      createdAt: 1234,
      updatedAt: 1234,
    })
    expect(await store.load('a')).toEqual(made)
    expect(await texts(store, 'a')).toEqual(commits(2))
  })

  holds('[L1] a session can be made without commits, and then is at 0', async (store) => {
    expect((await store.create(newSession('a'), [])).head).toBe(0)
    expect(await texts(store, 'a')).toEqual([])
    expect(await store.append('a', { head: 0, commits: ['{}'], at: 2 })).toBe(1)
  })

  holds('[L1] a session that was never made does not load', async (store) => {
    expect(await store.load('nobody')).toBeUndefined()
  })

  holds('[L2] a key that is taken is refused, and what has it stays as it was', async (store) => {
    const made = await store.create(newSession('a'), commits(1))
    const again = store.create(newSession('a', { principal: 'eve', agent: 'other' }), commits(5, 'eve'))
    await expect(again).rejects.toBeInstanceOf(SessionExists)
    await expect(again).rejects.toMatchObject({ key: 'a' })
    expect(await store.load('a')).toEqual(made)
    expect(await texts(store, 'a')).toEqual(commits(1))
  })

  holds('[L2] of twenty that make the same key at once, exactly one succeeds, with its own commits', async (store) => {
    const tries = await Promise.allSettled(
      range(20).map((n) => store.create(newSession('a', { command: `open-${n}` }), commits(3, `maker-${n}`))),
    )
    const won = tries.flatMap((tried) => (tried.status === 'fulfilled' ? [tried.value] : []))
    expect(won).toHaveLength(1)
    for (const tried of tries) if (tried.status === 'rejected') expect(tried.reason).toBeInstanceOf(SessionExists)
    expect(await store.load('a')).toEqual(won[0])
    expect(await texts(store, 'a')).toEqual(commits(3, `maker-${won[0]!.command!.slice('open-'.length)}`))
  })

  holds('[L8] a session with a name that cannot be kept is refused, and is not there', async (store) => {
    const bad: Partial<NewSession>[] = [
      { key: '' },
      { session: '' },
      { agent: 'x'.repeat(2_049) },
      { principal: 'ann\0' },
      { principal: 'ann\ud800' },
      { command: '' },
      { createdAt: -1 },
      { createdAt: Number.NaN },
    ]
    for (const wrong of bad) {
      await expect(store.create(newSession('a', wrong), commits(1))).rejects.toBeInstanceOf(RangeError)
    }
    await expect(store.create(newSession('a'), ['{"a":1}\n{}'])).rejects.toBeInstanceOf(RangeError)
    expect((await store.list({ limit: 10 })).items).toEqual([])
  })

  holds('[L10] names come back character for character, also the odd ones', async (store) => {
    const odd = '../\u202eZoë \'"; DROP TABLE session;-- %_ 😀'
    const made = await store.create(
      newSession(odd, { session: `${odd}1`, agent: `${odd}2`, principal: `${odd}3`, command: `${odd}4` }),
      [],
    )
    expect(await store.load(odd)).toEqual(made)
    expect(made).toMatchObject({
      key: odd,
      session: `${odd}1`,
      agent: `${odd}2`,
      principal: `${odd}3`,
      command: `${odd}4`,
    })
    expect((await store.list({ principal: `${odd}3`, limit: 1 })).items).toEqual([made])
  })
}

function appending(holds: Holds): void {
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

function reading(holds: Holds): void {
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

function listing(holds: Holds): void {
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

function checkpoints(holds: Holds): void {
  holds('[L17] the checkpoint that reaches furthest is kept', async (store) => {
    await store.create(newSession('a'), commits(10))
    expect(await store.loadCheckpoint('a')).toBeUndefined()
    const kept: [number, string, number, string][] = [
      [4, 'four', 4, 'four'],
      [2, 'two', 4, 'four'],
      [7, 'seven 😀', 7, 'seven 😀'],
      [7, 'seven again', 7, 'seven again'],
      [0, 'nothing', 7, 'seven again'],
      [10, 'x'.repeat(MIB), 10, 'x'.repeat(MIB)],
    ]
    for (const [seq, json, keptSeq, keptJson] of kept) {
      await store.saveCheckpoint('a', { seq, json })
      expect(await store.loadCheckpoint('a')).toEqual({ seq: keptSeq, json: keptJson })
    }
  })

  holds('[L17] a checkpoint past the head, or of nobody, is dropped', async (store) => {
    await store.create(newSession('a'), commits(3))
    await store.saveCheckpoint('a', { seq: 4, json: '{}' })
    expect(await store.loadCheckpoint('a')).toBeUndefined()
    await store.saveCheckpoint('nobody', { seq: 0, json: '{}' })
    expect(await store.loadCheckpoint('nobody')).toBeUndefined()
    expect(await store.load('nobody')).toBeUndefined()
    await expect(store.saveCheckpoint('a', { seq: -1, json: '{}' })).rejects.toBeInstanceOf(RangeError)
  })
}

function erasingAndClosing(holds: Holds): void {
  holds('[L18] an erased session is gone from every answer, and others stay', async (store) => {
    await store.create(newSession('a', { command: 'open-1' }), commits(5))
    await store.create(newSession('b'), commits(2))
    await store.saveCheckpoint('a', { seq: 5, json: '{}' })
    await store.erase('a')
    expect(await store.load('a')).toBeUndefined()
    expect(await texts(store, 'a')).toEqual([])
    expect(await store.loadCheckpoint('a')).toBeUndefined()
    expect((await store.list({ command: 'open-1', limit: 5 })).items).toEqual([])
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
      await store.append('a', { head: life + 1, commits: commits(300, 'more'), status: 'running', at: 3 })
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

function newSession(key: string, other: Partial<NewSession> = {}): NewSession {
  return { key, session: `session-${key}`, agent: 'analyst', principal: 'ann', metadata: {}, createdAt: 1, ...other }
}

function commits(count: number, text = 'x'): string[] {
  return range(count).map((n) => JSON.stringify({ type: 'message.committed', text, n }))
}

async function texts(store: SessionStore, key: string): Promise<string[]> {
  return (await store.read(key, 0, ALL)).map((commit) => commit.json)
}

function keys(records: readonly SessionRecord[]): string[] {
  return records.map((record) => record.key)
}

function range(count: number): number[] {
  return Array.from({ length: count }, (_, n) => n)
}
