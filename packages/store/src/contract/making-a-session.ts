import { expect } from 'vitest'
import type { NewSession } from '../session-store.ts'
import { SessionExists } from '../session-store.ts'
import { commits, type Holds, newSession, range, texts } from './fixtures.ts'

export function makingASession(holds: Holds): void {
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
