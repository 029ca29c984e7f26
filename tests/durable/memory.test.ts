import { defineAgent } from '@longwire/agent'
import { expect, test } from 'vitest'
import { asked, ended, homeOf, of, textsOf } from './home.ts'
import { Person } from './person.ts'
import { SkippedClock } from './skipped-clock.ts'
import { wellFormed } from './well-formed.ts'

const SWEPT = { timeout: 20_000, interval: 200 }

test('[T13] [T18] a turn that waits for a person has no run and no memory, and is there at once when the answer comes', {
  timeout: 40_000,
}, async () => {
  const clock = new SkippedClock()
  const home = homeOf(
    defineAgent({
      name: 'waiter',
      async run(turn) {
        if (turn.input.text === 'Sleep') await turn.sleep('2d')
        else await turn.request.approval({ message: 'Shall I?' })
        await turn.text('done')
      },
    }),
    { clock, limits: { parkMs: 20 } },
  )
  const asker = await Person.open(home, 'waiter', 'one')
  const sleeper = await Person.open(home, 'waiter', 'two')
  await asker.say({ type: 'input', id: 'a', text: 'Ask' })
  await sleeper.say({ type: 'input', id: 'a', text: 'Sleep' })
  await asker.until(asked(1))
  await sleeper.until((commits) => of(commits, 'step.started').length === 1)
  await expect.poll(() => home.host.runs).toEqual([])
  const inMemory = async () => {
    const metrics = await (await fetch(`${(await home.line()).url}/metrics`)).text()
    return Number(/^longwire_sessions (\d+)/m.exec(metrics)?.[1])
  }
  expect(await inMemory()).toBe(2)
  clock.skip(60_000)
  await expect.poll(inMemory, SWEPT).toBe(0)

  const { request } = of(asker.commits, 'control.requested')[0]!
  expect(await asker.say({ type: 'answer', id: 'b', request, approved: true })).toMatchObject({ type: 'ok' })
  await asker.until(ended(1))
  expect(home.host.begun).toBe(3)
  // Nobody asks for this one: its time brings it back.
  clock.skip(2 * 86_400_000)
  await expect.poll(() => home.host.begun, SWEPT).toBe(4)
  await sleeper.until(ended(1))
  for (const { commits } of [asker, sleeper]) {
    expect(textsOf(commits)).toEqual(['done'])
    expect(of(commits, 'turn.started')).toHaveLength(1)
    expect(wellFormed(commits, { isQuiet: true })).toEqual([])
  }
})
