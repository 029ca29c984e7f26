import type { Client, Session } from '@longwire/client'
import { tabs } from '@longwire/client/tabs'
import { expect, test, vi } from 'vitest'
import { afterwards, clientOf, foldOfLog, logOf, served, until } from './home.ts'
import { told } from './teller.ts'

interface Tab {
  readonly client: Client
  readonly session: Session
}

/** Clients as tabs have them: each with its own share of one connection, and nothing else in common. */
async function tabsOn(count: number) {
  const server = await served()
  const opener = clientOf(server.url)
  const { id } = await opener.open({ agent: 'teller' })
  opener.close()
  const name = `person-${Math.random()}`
  const open: Tab[] = []
  for (let n = 0; n < count; n += 1) {
    const client = clientOf(server.url, { share: tabs({ name }), wires: ['websocket'], chance: () => 0 })
    open.push({ client, session: client.session(id) })
    await open[n]!.session.ready
  }
  return { server, id, name, open }
}

function connectionOf({ client }: Tab): string | undefined {
  return client.state.kind === 'online' ? client.state.connection : undefined
}

test('[K43] tabs share one connection, and each reads and speaks for itself', async () => {
  const { server, id, open } = await tabsOn(3)
  const [first, second, third] = open as [Tab, Tab, Tab]
  expect(new Set(open.map(connectionOf)).size).toBe(1)
  expect(await third.session.ask(JSON.stringify({ pieces: 30, step: 10 })).result).toContain('30')
  second.client.close()
  expect(await first.session.ask(JSON.stringify({ pieces: 5 })).result).toBe(told(5))
  await until(third.session, () => third.session.place === first.session.place)
  const fold = await foldOfLog(server.url, id)
  expect([first.session.view, third.session.view]).toEqual([fold, fold])
})

test('[K43] when the tab with the connection goes in mid-turn, the others go on from their places over another one', async () => {
  const { server, id, open } = await tabsOn(3)
  const [first, second, third] = open as [Tab, Tab, Tab]
  const before = connectionOf(second)
  const reply = third.session.ask(JSON.stringify({ pieces: 2_000, step: 100 }))
  await until(second.session, () => (second.session.view.turns[0]?.messages.length ?? 0) > 2)
  first.client.close()
  expect((await reply.result).replaceAll('\n', '')).toBe(told(2_000))
  await until(second.session, () => second.session.status === 'idle')
  expect(connectionOf(second)).toBe(connectionOf(third))
  expect(connectionOf(second)).not.toBe(before)
  const fold = await foldOfLog(server.url, id)
  expect([second.session.view, third.session.view]).toEqual([fold, fold])
})

test('[K43] where the tab that has the connection does not answer, a tab has one of its own', async () => {
  const { server, id, name } = await tabsOn(0)
  // As a tab that is frozen: it has the lock, and says nothing.
  const key = `longwire:tabs:${name}:websocket:${server.url}/`
  const { locks } = navigator as unknown as {
    locks: { request(key: string, held: () => Promise<void>): Promise<void> }
  }
  const { promise, resolve } = Promise.withResolvers<void>()
  const frozen = locks.request(key, () => promise)
  afterwards(async () => {
    resolve()
    await frozen
  })
  const client = clientOf(server.url, { share: tabs({ name }) })
  const session = client.session(id)
  await session.ready
  expect(client.state).toMatchObject({ kind: 'online', wire: 'websocket' })
  expect(await session.ask(JSON.stringify({ pieces: 3 })).result).toBe(told(3))
})

/** A BroadcastChannel that loses one message: of all that are posted under its name, the one that this name tells. */
class Losing extends globalThis.BroadcastChannel {
  static readonly posted = new Map<string, number>()
  static lost = 0

  override postMessage(message: unknown): void {
    const number = (Losing.posted.get(this.name) ?? 0) + 1
    Losing.posted.set(this.name, number)
    if (this.name.includes(`:lost-${number}:`)) Losing.lost += 1
    else super.postMessage(message)
  }
}

test('[K46] whichever message between two tabs is lost, nothing that they send or read is lost or doubled', async () => {
  vi.stubGlobal('BroadcastChannel', Losing)
  afterwards(() => vi.unstubAllGlobals())
  const server = await served({ heartbeatMs: 500 })
  const talks = Array.from({ length: 24 }, (_, index) => talkLosing(server.url, `lost-${index + 1}`))
  const conversations = await Promise.all(talks)
  for (const { log, views, said } of conversations) {
    expect(said).toBe(told(30))
    expect(log.filter(({ type }) => type === 'input.accepted')).toHaveLength(1)
    expect(views[0]).toEqual(views[1])
  }
  expect(Losing.lost).toBeGreaterThan(12)
})

/** Two tabs with one session: the second, which came last, asks. */
async function talkLosing(url: string, name: string) {
  const tab = () => clientOf(url, { share: tabs({ name, answerMs: 500 }), wires: ['websocket'], chance: () => 0 })
  const first = await tab().open({ agent: 'teller' })
  const second = tab().session(first.id)
  const said = await second.ask(JSON.stringify({ pieces: 30 })).result
  const log = await logOf(url, first.id)
  const head = log.at(-1)!.seq
  await Promise.all([first, second].map((session) => until(session, () => session.isPast(head))))
  return { log, said, views: [first.view, second.view] }
}
