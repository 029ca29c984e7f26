import { expect } from 'vitest'
import type { Bus } from '../bus.ts'
import { range } from './fixtures.ts'

/** Two members of one bus. */
export interface BusGround {
  readonly one: Bus
  readonly other: Bus
}

export type HoldsBus = (rule: string, story: (ground: BusGround) => Promise<void>) => void

const LONG_MS = 5_000

export function busing(holds: HoldsBus): void {
  holds('[N20] a question reaches the node that it is for, and its answer comes back', async ({ one, other }) => {
    other.serve('n2', async (payload) => `${payload}!`)
    one.serve('n1', async () => 'not me')
    await until(other, one)
    expect(await one.ask('n2', 'hé “\u2028”', LONG_MS)).toEqual({ kind: 'answered', payload: 'hé “\u2028”!' })
    const answers = await Promise.all(range(50).map((n) => one.ask('n2', `${n}`, LONG_MS)))
    expect(answers).toEqual(range(50).map((n) => ({ kind: 'answered', payload: `${n}!` })))
  })

  holds('[N20] where no such node listens, or no longer, that is said', async ({ one, other }) => {
    expect(await one.ask('n9', 'x', LONG_MS)).toEqual({ kind: 'nobody' })
    const leave = other.serve('n2', async () => 'here')
    await until(other, one)
    expect((await one.ask('n2', 'x', LONG_MS)).kind).toBe('answered')
    leave()
    const isGone = async () => (await one.ask('n2', 'x', LONG_MS)).kind === 'nobody'
    while (!(await isGone()));
  })

  holds('[N20] a question that is not answered in its time is over', async ({ one, other }) => {
    other.serve('n2', () => new Promise(() => undefined))
    // Until the bus has heard that it serves, nobody does.
    let answer = await one.ask('n2', 'x', 50)
    while (answer.kind === 'nobody') answer = await one.ask('n2', 'x', 50)
    expect(answer).toEqual({ kind: 'silent' })
  })

  holds('[N21] what is published is heard by whoever subscribed, in order', async ({ one, other }) => {
    const heard: string[] = []
    const all = Promise.withResolvers<void>()
    const leave = other.subscribe('t1', (payload) => {
      heard.push(payload)
      if (payload === 'last') all.resolve()
    })
    other.subscribe('t2', (payload) => heard.push(`other topic ${payload}`))
    await until(other, one)
    for (const n of range(200)) one.publish('t1', `${n}`)
    one.publish('t1', 'last')
    await all.promise
    expect(heard).toEqual([...range(200).map(String), 'last'])
    leave()
    one.publish('t1', 'unheard')
    await until(other, one)
    expect(heard).toHaveLength(201)
  })
}

/** Resolves when what `from` subscribed to before is known to the bus, and what `to` published before has arrived. */
async function until(from: Bus, to: Bus): Promise<void> {
  const topic = `sync-${Math.random().toString(36).slice(2)}`
  await new Promise<void>((resolve) => {
    const again = setInterval(() => to.publish(topic, ''), 5)
    const leave = from.subscribe(topic, () => {
      clearInterval(again)
      leave()
      resolve()
    })
  })
}
