import { defineAgent } from '@longwire/agent'
import { describe, expect, test } from 'vitest'
import { asked, ended, homeOf, of, talkTo, textsOf } from './home.ts'
import { SkippedClock } from './skipped-clock.ts'
import { wellFormed } from './well-formed.ts'

/** Never ends by itself, and tells how often it was begun. */
function stuck(onRun: () => void) {
  return defineAgent({
    name: 'stuck',
    async run(turn) {
      onRun()
      await turn.step('first', () => 1)
      await new Promise((resolve) => turn.signal.addEventListener('abort', resolve))
    },
  })
}

describe('what is run again and again', () => {
  test('[T14] fails by the code that says so when it finishes no step, and by another when it was run too often', async () => {
    for (const [limits, code, runs] of [
      [{ fruitlessAttempts: 3 }, 'no_progress', 4],
      [{ fruitlessAttempts: 100, turnAttempts: 5 }, 'recovery_exhausted', 5],
    ] as const) {
      let begun = 0
      const home = homeOf(
        stuck(() => begun++),
        { limits },
      )
      const person = await talkTo(home, 'stuck', 'Go')
      await person.until((commits) => of(commits, 'step.finished').length === 1)
      for (let n = 2; n <= runs; n++) {
        home.die()
        await home.line()
        await expect.poll(() => begun).toBe(n)
      }
      home.die()
      await person.until(ended(1))
      expect(of(person.commits, 'turn.ended')).toMatchObject([{ outcome: 'failed', error: { code } }])
      expect(of(person.commits, 'turn.started')).toHaveLength(runs)
      expect(begun).toBe(runs)
      expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
    }
  })

  test('[T14] is not given up for deaths that found it waiting', async () => {
    const clock = new SkippedClock()
    const asker = defineAgent({
      name: 'asker',
      async run(turn) {
        const { approved } = await turn.request.approval({ message: 'Shall I?' })
        await turn.step('do it', () => approved)
      },
    })
    const home = homeOf(asker, { clock, limits: { turnAttempts: 3, fruitlessAttempts: 2 } })
    const person = await talkTo(home, 'asker', 'Go')
    await person.until(asked(1))
    for (let death = 0; death < 6; death++) {
      clock.skip(60_000)
      home.die()
      await home.line()
    }
    await person.until(ended(1), () => ({ approved: true }))
    expect(of(person.commits, 'turn.ended')).toMatchObject([{ outcome: 'completed' }])
    expect(of(person.commits, 'turn.started')).toHaveLength(7)
    // Each death withdraws the same: what one withdrew is not what the next has more to withdraw.
    const withdrawn = of(person.commits, 'step.rolledback').map(({ step }) => step)
    expect(withdrawn).toHaveLength(6 * new Set(withdrawn).size)
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T16] fails by a code that names the step when its code is another one by then', async () => {
    const version = (name: string) =>
      defineAgent({
        name: 'changing',
        async run(turn) {
          await turn.step(name, () => 1)
          await turn.request.approval({ message: 'Go on?' })
        },
      })
    let lives = 0
    const home = homeOf(() => [version(lives++ === 0 ? 'load prices' : 'load rates')])
    const person = await talkTo(home, 'changing', 'Go')
    await person.until(asked(1))
    home.die()
    await person.until(ended(1))
    const [end] = of(person.commits, 'turn.ended')
    expect(end).toMatchObject({ outcome: 'failed', error: { code: 'turn_changed' } })
    expect(end!.error!.message).toContain('load prices')
    expect(end!.error!.message).toContain('load rates')
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
    // The next turn is the new code's.
    await person.say({ type: 'input', id: 'next', text: 'Again' })
    await person.until(ended(2), () => ({ approved: true }))
    expect(of(person.commits, 'turn.ended').at(-1)).toMatchObject({ outcome: 'completed' })
  })

  test('[T10] goes on by itself when the store is back', { timeout: 15_000 }, async () => {
    const home = homeOf(
      defineAgent({
        name: 'speaker',
        async run(turn) {
          for (const n of [1, 2, 3]) await turn.step(`step ${n}`, () => n)
          await turn.text('done')
        },
      }),
    )
    const person = await talkTo(home, 'speaker')
    await person.say({ type: 'input', id: 'first', text: 'Go' })
    home.life.refusals = 1
    await person.until(ended(1))
    expect(of(person.commits, 'turn.ended')).toMatchObject([{ outcome: 'completed' }])
    expect(textsOf(person.commits)).toEqual(['done'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })
})

describe('what waits to be said', () => {
  test('[S7] [T3] is put in order and taken back from another device, over a restart', async () => {
    const home = homeOf(
      defineAgent({
        name: 'slow',
        async run(turn) {
          if (turn.input.text === 'Go') await turn.request.approval({ message: 'Go on?' })
          await turn.text(turn.input.text)
        },
      }),
    )
    const person = await talkTo(home, 'slow', 'Go')
    await person.until(asked(1))
    for (const text of ['one', 'two', 'three']) await person.say({ type: 'input', id: text, text })
    home.die()
    const other = person.again()
    const { waiting } = await other.view()
    expect(waiting.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    const [one, two, three] = waiting.map(({ input }) => input)
    expect(await other.say({ type: 'arrange', id: 'arrange', inputs: [three!, one!] })).toMatchObject({ type: 'ok' })
    home.die()
    expect(await other.say({ type: 'withdraw', id: 'withdraw', input: one! })).toMatchObject({ type: 'ok' })
    expect((await person.view()).waiting.map(({ input }) => input)).toEqual([three, two])
    await person.until(ended(3), () => ({ approved: true }))
    expect(textsOf(person.commits)).toEqual(['Go', 'three', 'two'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })
})
