import { MemoryStore, type SessionStore } from '@longwire/store'
import { expect, test } from 'vitest'
import { byHeader, house, turnOn } from '../house.ts'

const ANN = { 'x-principal': 'ann' }
const BOB = { 'x-principal': 'bob' }

/** The same store, which tells what it was asked. */
function told(store: SessionStore, asked: string[]): SessionStore {
  return new Proxy(store, {
    get(target, name) {
      const value = Reflect.get(target, name)
      if (typeof value !== 'function') return value
      return (...args: unknown[]) => {
        asked.push(String(name))
        return value.apply(target, args)
      }
    },
  })
}

test("[A14] [I18] a session of another's is looked for as one that never was: the store is asked the same, and nothing is woken", async () => {
  const asked: string[] = []
  const data = told(new MemoryStore(), asked)
  const first = await house({ data, verifiers: [byHeader] })
  const ann = await first.connect(ANN)
  const [live, quiet] = [await ann.open(1), await ann.open(2)]
  await turnOn(first, ann)
  const bob = await first.connect(BOB)
  const nobodys = `ses_${'A'.repeat(43)}`

  async function steps(session: string): Promise<string> {
    asked.length = 0
    const answers = [
      await bob.attach(session),
      await bob.ask({ type: 'open', ch: 1, agent: 'echo', session }),
      await first.fetch(`/v1/sessions/${session}/view`, { headers: BOB }),
      await first.fetch(`/v1/sessions/${session}`, { method: 'DELETE', headers: BOB }),
    ]
    return JSON.stringify([
      asked.filter((name) => name !== 'due'),
      answers.map((answer) => ('type' in answer ? answer.code : answer.status)),
    ])
  }

  const none = await steps(nobodys)
  expect(none).toContain('session_not_found')
  expect(await steps(live)).toBe(none)
  expect(await steps(quiet)).toBe(none)
})

test('[I18] an id that the server makes has 256 bits of chance, and one that a client chooses is in its own name space', async () => {
  const home = await house({ verifiers: [byHeader] })
  const [ann, bob] = [await home.connect(ANN), await home.connect(BOB)]
  const made = [await ann.open(1), await ann.open(2)].map((id) => id.replace('ses_', ''))
  for (const id of made) expect(Buffer.from(id, 'base64url')).toHaveLength(32)
  expect(new Set(made).size).toBe(2)
  const chosen = 'user-123-conversation-4567-abcdefgh-0123456789'
  await ann.open(3, { session: chosen })
  await turnOn(home, ann, { ch: 3 })
  expect(await bob.attach(chosen)).toMatchObject({ code: 'session_not_found' })
  expect(await bob.ask({ type: 'open', ch: 2, agent: 'echo', session: chosen })).toMatchObject({ type: 'ok', seq: 1 })
  expect((await home.fetch(`/v1/sessions/${chosen}`, { headers: BOB })).body).toMatchObject({ head: 1 })
})
