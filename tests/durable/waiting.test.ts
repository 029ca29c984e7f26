import { defineAgent, tool } from '@longwire/agent'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { asked, ended, homeOf, of, talkTo, textsOf } from './home.ts'
import { SkippedClock } from './skipped-clock.ts'
import { wellFormed } from './well-formed.ts'

const asker = defineAgent({
  name: 'asker',
  async run(turn) {
    const { approved, reason } = await turn.request.approval({ message: 'Shall I?', input: { n: 1 } })
    await turn.text(`${approved ? 'yes' : 'no'} ${reason ?? ''}`)
  },
})

const DAY = 86_400_000

describe('a question', () => {
  test('[T10] [T13] waits over restarts, and is answered from another connection than it was asked on', async () => {
    const home = homeOf(asker, { limits: { parkMs: 5 } })
    const person = await talkTo(home, 'asker', 'Ask me')
    await person.until(asked(1))
    for (let restart = 0; restart < 2; restart++) {
      home.die()
      const view = await person.view()
      expect(view).toMatchObject({ status: 'waiting', requests: [{ kind: 'approval', message: 'Shall I?' }] })
    }
    const other = person.again()
    const { request } = of(person.commits, 'control.requested')[0]!
    const answer = { request, approved: true, reason: 'go on' }
    expect(await other.say({ type: 'answer', id: 'other', ...answer })).toMatchObject({ type: 'ok' })
    await person.until(ended(1))
    expect(await person.say({ type: 'answer', id: 'late', ...answer })).toMatchObject({
      code: 'already_settled',
      outcome: { outcome: 'answered', answer: { approved: true }, by: 'local' },
    })
    expect(textsOf(person.commits)).toEqual(['yes go on'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test.each([
    ['deny', { approved: false, reason: 'nobody answered in time' }, ['no nobody answered in time']],
    ['approve', { approved: true, reason: 'nobody answered in time' }, ['yes nobody answered in time']],
  ] as const)(
    '[T6] that expires counts as told: %s; also where the time came while nobody ran',
    async (onExpiry, answer, said) => {
      for (const isDown of [false, true]) {
        const clock = new SkippedClock()
        const home = homeOf(
          defineAgent({
            name: 'hasty',
            async run(turn) {
              const expiresIn = isDown ? DAY : 20
              const given = await turn.request.approval({ message: 'Now?', expiresIn, onExpiry })
              await turn.text(`${given.approved ? 'yes' : 'no'} ${given.reason}`)
            },
          }),
          { clock, limits: { parkMs: 5 } },
        )
        const person = await talkTo(home, 'hasty', 'Go')
        await person.until(asked(1))
        if (isDown) {
          clock.skip(2 * DAY)
          home.die()
        }
        await person.until(ended(1))
        expect(of(person.commits, 'control.settled')).toMatchObject([{ outcome: 'expired', answer }])
        expect(textsOf(person.commits)).toEqual(said)
        expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
      }
    },
  )

  test('[T6] that must be answered fails its turn when it expires, by a code', async () => {
    const home = homeOf(
      defineAgent({
        name: 'hasty',
        run: async (turn) => void (await turn.request.choice({ message: 'Which?', options: ['a'], expiresIn: 10 })),
      }),
    )
    const person = await talkTo(home, 'hasty', 'Go')
    await person.until(ended(1))
    expect(of(person.commits, 'turn.ended')).toMatchObject([{ outcome: 'failed', error: { code: 'request_expired' } }])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T6] that expires goes to another role, once, also where the server dies in between', async () => {
    const home = homeOf(
      defineAgent({
        name: 'hasty',
        async run(turn) {
          const escalate = { onExpiry: 'escalate', escalateTo: 'boss' } as const
          const { approved } = await turn.request.approval({ message: 'Now?', expiresIn: 15, ...escalate })
          await turn.text(approved ? 'yes' : 'no')
        },
      }),
    )
    const person = await talkTo(home, 'hasty', 'Go')
    await person.until(asked(1))
    home.die()
    await person.until(ended(1))
    const requests = of(person.commits, 'control.requested')
    expect(requests.map(({ to, onExpiry }) => ({ to, onExpiry }))).toEqual([
      { to: undefined, onExpiry: 'escalate' },
      { to: 'boss', onExpiry: 'deny' },
    ])
    expect(of(person.commits, 'control.settled')).toMatchObject([{ outcome: 'expired' }, { outcome: 'expired' }])
    expect(textsOf(person.commits)).toEqual(['no'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T5] about a call: the call has a result when the turn is stopped before anybody answered', async () => {
    const home = homeOf(
      defineAgent({
        name: 'buyer',
        tools: {
          buy: tool({
            description: 'Buys.',
            inputSchema: z.object({}),
            needsApproval: true,
            execute: () => 'bought',
          }),
        },
        run: async (turn) => void (await turn.tool('buy', {}).catch(() => undefined)),
      }),
    )
    const person = await talkTo(home, 'buyer', 'Buy')
    await person.until(asked(1))
    const { call } = of(person.commits, 'control.requested')[0]!
    expect(await person.say({ type: 'cancel', id: 'stop' })).toMatchObject({ type: 'ok' })
    await person.until(ended(1))
    expect(of(person.commits, 'tool.finished')).toMatchObject([{ call, outcome: 'cancelled' }])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })
})

describe('a turn that only waits', () => {
  test('[T13] has no run, and an answer goes on with it', async () => {
    const home = homeOf(asker, { limits: { parkMs: 5 } })
    const person = await talkTo(home, 'asker', 'Ask me')
    await person.until(asked(1))
    await expect.poll(() => home.host.runs).toEqual([])
    expect(await person.view()).toMatchObject({ status: 'waiting', turns: [{ status: 'waiting', attempt: 1 }] })
    const { request } = of(person.commits, 'control.requested')[0]!
    await person.say({ type: 'answer', id: 'a', request, approved: false, reason: 'later' })
    await person.until(ended(1))
    expect(textsOf(person.commits)).toEqual(['no later'])
    expect(home.host.begun).toBe(2)
    expect(of(person.commits, 'turn.started')).toHaveLength(1)
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T13] can be stopped, and takes the next input', async () => {
    const home = homeOf(asker, { limits: { parkMs: 5 } })
    const person = await talkTo(home, 'asker', 'Ask me')
    await person.until(asked(1))
    await expect.poll(() => home.host.runs).toEqual([])
    await person.say({ type: 'input', id: 'next', text: 'Ask again', delivery: 'interrupt' })
    await person.until(asked(2), (request) => (request.request.startsWith('t3.') ? undefined : { approved: true }))
    await person.until(ended(2))
    expect(of(person.commits, 'turn.ended')).toMatchObject([{ outcome: 'cancelled' }, { outcome: 'completed' }])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T13] that sleeps just as long as it takes to be parked wakes each time', async () => {
    const home = homeOf(
      defineAgent({
        name: 'napper',
        async run(turn) {
          for (let nap = 0; nap < 40; nap++) await turn.sleep(4)
          await turn.text('rested')
        },
      }),
      { limits: { parkMs: 4 } },
    )
    const person = await talkTo(home, 'napper', 'Nap')
    await person.until(ended(1))
    expect(of(person.commits, 'step.finished')).toHaveLength(40)
    expect(textsOf(person.commits)).toEqual(['rested'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T10] [T13] sleeps over a restart, and wakes at the time that it was to wake at', async () => {
    const clock = new SkippedClock()
    const home = homeOf(
      defineAgent({
        name: 'sleeper',
        async run(turn) {
          await turn.sleep('3d')
          await turn.text('awake')
        },
      }),
      { clock, limits: { parkMs: 5 } },
    )
    const person = await talkTo(home, 'sleeper', 'Sleep')
    await person.until((commits) => of(commits, 'step.started').length === 1)
    clock.skip(2 * DAY)
    home.die()
    expect(await person.view()).toMatchObject({ status: 'running', turns: [{ attempt: 2, recovering: true }] })
    await expect.poll(() => home.host.runs).toEqual([])
    clock.skip(2 * DAY)
    home.die()
    await person.until(ended(1))
    const { until } = of(person.commits, 'step.started')[0]!
    const over = of(person.commits, 'step.finished')[0]!
    expect(over.at).toBeGreaterThanOrEqual(until!)
    expect(textsOf(person.commits)).toEqual(['awake'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })
})
