import { agentTool, defineAgent, type Model } from '@longwire/agent'
import type { Commit } from '@longwire/protocol'
import { describe, expect, test } from 'vitest'
import { FoldReader } from './fold-reader.ts'
import { asked, ended, homeOf, of, talkTo, textsOf } from './home.ts'
import { answerTo } from './journey.ts'
import { SkippedClock } from './skipped-clock.ts'
import { wellFormed } from './well-formed.ts'

const HOUR = 3_600_000

/** Says the same whatever it is asked. */
function talker(): Model {
  const tokens = { total: 3, noCache: 3, cacheRead: undefined, cacheWrite: undefined }
  const said = [
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: 'Is it valid?' },
    { type: 'text-end', id: 't' },
    {
      type: 'finish',
      finishReason: { unified: 'stop', raw: undefined },
      usage: { inputTokens: tokens, outputTokens: { total: 2, text: 2, reasoning: undefined } },
    },
  ]
  return {
    specificationVersion: 'v4',
    provider: 'offline',
    modelId: 'talker',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('this model only streams')),
    doStream: async () => ({ stream: ReadableStream.from(said) as never }),
  }
}

/** Sets what it is told to, and says why each of its turns began. */
const planner = defineAgent({
  name: 'planner',
  async run(turn) {
    if (turn.cause === 'schedule') {
      await turn.text(turn.input.text)
      return
    }
    const { text } = turn.input
    if (text === 'once') await turn.schedule.at(Date.now() + HOUR, { label: 'look at once', input: { n: 1 } })
    if (text === 'hourly') await turn.schedule.every('1h', { label: 'look hourly' })
    if (text.startsWith('cancel ')) await turn.schedule.cancel(text.slice(7))
    await turn.text('set')
  },
})

const causes = (commits: readonly Commit[]) =>
  of(commits, 'turn.started').flatMap(({ cause, attempt }) => (attempt === 1 ? [cause] : []))

describe('a schedule', () => {
  test('[T8] begins its turn once at its time, over restarts', async () => {
    const clock = new SkippedClock()
    const home = homeOf(planner, { clock })
    const person = await talkTo(home, 'planner', 'once')
    await person.until(ended(1))
    home.die()
    await home.line()
    expect(causes(person.commits)).toEqual(['input'])
    clock.skip(2 * HOUR)
    home.die()
    await person.until(ended(2))
    home.die()
    clock.skip(2 * HOUR)
    home.die()
    expect((await person.view()).turns.map(({ cause }) => cause)).toEqual(['input', 'schedule'])
    expect(textsOf(person.commits).at(-1)).toContain('look at once')
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T8] that comes again passes over the times at which nobody was there, and begins nothing once it is cancelled', async () => {
    const clock = new SkippedClock()
    const home = homeOf(planner, { clock })
    const person = await talkTo(home, 'planner', 'hourly')
    await person.until(ended(1))
    for (const [n, hours] of [1.1, 5, 1].entries()) {
      clock.skip(hours * HOUR)
      home.die()
      await person.until(ended(2 + n))
    }
    expect(causes(person.commits)).toEqual(['input', 'schedule', 'schedule', 'schedule'])
    const [{ schedule } = { schedule: '' }] = of(person.commits, 'schedule.set')
    await person.say({ type: 'input', id: 'cancel', text: `cancel ${schedule}` })
    await person.until(ended(5))
    clock.skip(9 * HOUR)
    home.die()
    const view = await person.view()
    expect(view.schedules).toEqual([])
    expect(view.turns).toHaveLength(5)
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })

  test('[T8] of the agent stands from the opening of each session on', async () => {
    const clock = new SkippedClock()
    const home = homeOf(
      defineAgent({
        name: 'clock',
        every: [{ every: '1h', label: 'strike' }],
        run: async (turn) => void (await turn.text('dong')),
      }),
      { clock },
    )
    const person = await talkTo(home, 'clock')
    expect((await person.view()).schedules).toMatchObject([{ label: 'strike', everyMs: HOUR }])
    clock.skip(1.5 * HOUR)
    home.die()
    await person.until(ended(1))
    expect(textsOf(person.commits)).toEqual(['dong'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })
})

describe('a background task', () => {
  const worker = defineAgent({
    name: 'worker',
    async run(turn) {
      if (turn.cause === 'task') {
        await turn.text(turn.input.text)
        return
      }
      await turn.background('count', async (task) => {
        await task.step('one', () => 1)
        await task.sleep(60)
        await task.step('two', () => 2)
        return { counted: 2 }
      })
      await turn.text('I count.')
    },
  })

  test('[T7] [T10] outlives its turn and its server, and is spoken of once; who was away sees all of it', async () => {
    const home = homeOf(worker)
    const person = await talkTo(home, 'worker', 'Count')
    const reader = new FoldReader()
    await person.show(reader)
    await person.until((commits) => of(commits, 'step.started').length === 1)
    home.die()
    await person.until((commits) => of(commits, 'task.finished').length === 1)
    home.die()
    await person.until(ended(2))
    expect(of(person.commits, 'task.finished')).toMatchObject([{ outcome: 'ok', result: { counted: 2 } }])
    expect(of(person.commits, 'step.finished').map(({ name }) => name)).toEqual(['one', 'sleep', 'two'])
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])

    await person.show(reader)
    expect(reader.view).toEqual(await person.view())
    expect(reader.view.tasks).toMatchObject([{ label: 'count', outcome: 'ok', result: { counted: 2 } }])
    expect(reader.view.turns.map(({ cause, status }) => [cause, status])).toEqual([
      ['input', 'completed'],
      ['task', 'completed'],
    ])
  })

  test('[T1] [T7] is cancelled when its session is closed, and nothing comes after that', async () => {
    const home = homeOf(worker)
    const person = await talkTo(home, 'worker', 'Count')
    await person.until((commits) => of(commits, 'step.started').length === 1)
    await person.say({ type: 'close', id: 'close' })
    await person.until((commits) => of(commits, 'session.closed').length === 1)
    expect(of(person.commits, 'task.finished')).toMatchObject([{ outcome: 'cancelled' }])
    home.die()
    await person.view()
    await person.show(new FoldReader())
    expect(wellFormed(person.commits, { isQuiet: true })).toEqual([])
  })
})

describe('an agent that asks another', () => {
  const expert = defineAgent({
    name: 'expert',
    async run(turn) {
      turn.trace.milestone('Reading the law')
      const { approved } = await turn.request.approval({ message: 'May I read your contract?' })
      await turn.text(`It is ${approved ? 'valid' : 'unknown'}.`)
    },
  })
  const clerk = defineAgent({
    name: 'clerk',
    tools: { expert: agentTool({ agent: 'expert', description: 'Knows the law.' }) },
    async run(turn) {
      const said = await turn.tool('expert', { text: 'Is it valid?' })
      await turn.text(`The expert says: ${String(said)}`)
    },
  })

  /** The session in which the other agent answers. */
  async function childOf(home: ReturnType<typeof homeOf>, agent: string): Promise<string> {
    let found: string | undefined
    await expect
      .poll(async () => {
        const { url } = await home.line()
        const page = (await (await fetch(`${url}/v1/sessions?agent=${agent}`)).json()) as {
          sessions: { session: string }[]
        }
        expect(page.sessions.length).toBeLessThanOrEqual(1)
        found = page.sessions[0]?.session
        return found
      })
      .toBeDefined()
    return found!
  }

  test('[T17] has one session for it, whatever dies in between; what it does stands below the call', async () => {
    const home = homeOf([clerk, expert])
    const person = await talkTo(home, 'clerk', 'Ask')
    const child = person.of(await childOf(home, 'expert'))
    await child.until(asked(1))
    home.die()
    expect(await childOf(home, 'expert')).toBe(child.session)
    await child.until(ended(1), (request) => answerTo(request))
    home.die()
    await person.until(ended(1))
    expect(textsOf(person.commits)).toEqual(['The expert says: It is valid.'])
    expect(await childOf(home, 'expert')).toBe(child.session)
    expect(of(child.commits, 'input.accepted')).toHaveLength(1)
    const { call, step } = of(person.commits, 'tool.started')[0]!
    const below = of(person.commits, 'trace.span').filter(({ span }) => span.startsWith(`${call}/`))
    expect(below.map(({ label }) => label)).toContain('Reading the law')
    expect(below.every((span) => span.step === step)).toBe(true)
    for (const { commits } of [person, child]) expect(wellFormed(commits, { isQuiet: true })).toEqual([])
  })

  test("[G72] [T17] in the background does so too, over a death, and what its task used is the session's", async () => {
    const busy = defineAgent({
      name: 'busy',
      model: talker(),
      tools: clerk.tools!,
      async run(turn) {
        if (turn.cause === 'task') return turn.text(turn.input.text)
        await turn.background('ask', async (task) => {
          const { text } = await task.generate({ prompt: 'What shall I ask?' })
          return task.tool('expert', { text })
        })
      },
    })
    const home = homeOf([busy, expert])
    const person = await talkTo(home, 'busy', 'Ask')
    const child = person.of(await childOf(home, 'expert'))
    await child.until(asked(1))
    expect(of(child.commits, 'input.accepted')).toMatchObject([{ text: 'Is it valid?' }])
    home.die()
    expect(await childOf(home, 'expert')).toBe(child.session)
    await child.until(ended(1), (request) => answerTo(request))
    await person.until(ended(2))
    expect(of(person.commits, 'task.finished')).toMatchObject([
      { outcome: 'ok', result: 'It is valid.', usage: { inputTokens: 3, outputTokens: 2 }, toolCalls: 1 },
    ])
    const isOfModel = ({ name }: { readonly name: string }) => name === 'generate'
    expect(of(person.commits, 'step.finished').filter(isOfModel)).toHaveLength(1)
    expect(of(person.commits, 'message.committed')).toHaveLength(1)
    expect((await person.view()).usage).toEqual({ inputTokens: 3, outputTokens: 2 })
    for (const { commits } of [person, child]) expect(wellFormed(commits, { isQuiet: true })).toEqual([])
  })

  test('[T17] is stopped with it', async () => {
    const home = homeOf([clerk, expert])
    const person = await talkTo(home, 'clerk', 'Ask')
    const child = person.of(await childOf(home, 'expert'))
    await child.until(asked(1))
    await person.say({ type: 'cancel', id: 'stop' })
    await child.until(ended(1))
    expect(of(child.commits, 'turn.ended')).toMatchObject([{ outcome: 'cancelled' }])
    await person.until(ended(1))
    for (const { commits } of [person, child]) expect(wellFormed(commits, { isQuiet: true })).toEqual([])
  })
})
