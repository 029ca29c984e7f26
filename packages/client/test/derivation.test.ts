import { setImmediate as breath } from 'node:timers/promises'
import type { SessionEvent } from '@longwire/protocol'
import { emptyView } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import type { Session } from '../src/index.ts'
import { begun, chunk, committed, ended, on, opened, rolledBack } from './events.ts'
import { Kept } from './kept.ts'
import { becomes, pageOf, until } from './page.ts'
import { ScriptedServer } from './scripted-server.ts'

/** All that the agent said, in one text. */
function said(text: string, event: SessionEvent): string {
  if (event.type === 'chunk.text') return text + event.text
  if (event.type !== 'message.committed') return text
  return text + event.message.parts.map((part) => (part.type === 'text' ? `[${part.text}]` : '')).join('')
}

/** The commits of a session with one answer, and the answer to who asks for them. */
const LOG = [opened, ...begun(2), committed(5, 'first'), ended(6, 'completed')]

function answerLog(server: ScriptedServer, after: string, events: readonly object[], place: string, log = 'log-1') {
  server.answers.set(`/v1/sessions/s/events?log=${log}&after=${after}&replay=all`, {
    status: 200,
    body: { events, place, log, recovered: 'replay' },
  })
}

describe('derived state', () => {
  test('[K39] what drafts did to it goes when they are withdrawn, and what was committed stays', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    answerLog(server, '0', [opened], '1')
    const text = await session.derive('', said).ready
    line.say(...on(1, ...begun(2), chunk(4, 1, 'Hel'), chunk(4, 2, 'lo')))
    await becomes(text.subscribe, () => text.value === 'Hello')
    expect(text.committed).toBe('')
    line.say(...on(1, rolledBack(5), chunk(5, 1, 'Good', 'st2'), chunk(5, 2, 'bye', 'st3')))
    await becomes(text.subscribe, () => text.value === 'Goodbye')
    line.say(...on(1, committed(6, 'Good day', 'st2')))
    await becomes(text.subscribe, () => text.committed === '[Good day]')
    expect(text.value).toBe('[Good day]bye')
    line.say(...on(1, ended(7, 'failed')))
    await becomes(text.subscribe, () => text.value === '[Good day]')
    text.stop()
    client.close()
  })

  test('[K39] it is the same where the handle began with a view, and where it fell behind', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server, {}, { after: '6' })
    answerLog(server, '0', LOG, '6')
    const text = await session.derive('', said).ready
    expect(text.value).toBe('[first]')
    answerLog(server, '6', [committed(7, 'second', 'st2', 't2'), chunk(8, 1, 'third', 'st3', 't2')], '8.1')
    line.say({ type: 'snapshot', ch: 1, at: '8.1', view: { ...emptyView(), at: '8.1' } })
    await becomes(text.subscribe, () => text.value === '[first][second]third')
    client.close()
  })

  test('[K39] after a reset it is computed again from nothing', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server, {}, { after: '6' })
    answerLog(server, '0', LOG, '6')
    const text = await session.derive('', said).ready
    line.cut()
    const next = await server.line()
    next.welcome()
    await next.attach('reset', 'log-2')
    answerLog(server, '0', [opened, committed(2, 'other')], '2', 'log-2')
    next.say({ type: 'snapshot', ch: 1, at: '2', view: { ...emptyView(), at: '2' } })
    await becomes(text.subscribe, () => text.value === '[other]')
    client.close()
  })

  test('[K39] several are kept up side by side, and one whose reducer throws ends alone', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    answerLog(server, '0', [opened], '1')
    const text = session.derive('', said)
    const count = session.derive(0, (n) => n + 1)
    const broken = session.derive(0, (n, event) => {
      if (event.type === 'turn.started') throw new Error('no turns, please')
      return n
    })
    await Promise.all([text.ready, count.ready, broken.ready])
    line.say(...on(1, ...begun(2), committed(5, 'yes')))
    await becomes(text.subscribe, () => text.value === '[yes]')
    expect([count.value, String(broken.error)]).toEqual([5, 'Error: no turns, please'])
    client.close()
  })
})

describe('effects on commits', () => {
  test('[K40] each is done once, in order, from where it began, however often the line is lost', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const done = doing(session, 'message.committed')
    line.say(...on(1, ...begun(2), committed(5, 'one')))
    await until(session, () => session.place === '5')
    line.cut()
    const next = await server.line()
    next.welcome()
    await next.attach()
    next.say(...on(1, committed(5, 'one'), committed(6, 'two', 'st2')))
    await done.until(2)
    expect(done.seqs).toEqual([5, 6])
    client.close()
  })

  test('[K40] with a name and a storage the next page goes on where this one stopped, and does nothing twice', async () => {
    await using server = await ScriptedServer.listen()
    const storage = new Kept()
    const first = await pageOf(server, { storage })
    const done = doing(first.session, 'message.committed', { name: 'mail' })
    first.line.say(...on(1, ...begun(2), committed(5, 'one')))
    await done.until(1)
    while (![...storage.values.values()].some((text) => text.startsWith('5 '))) await breath()
    first.client.close()

    // The page after it is given a view, and what it shows was committed while nobody looked.
    const next = await pageOf(server, { storage }, { after: '7' })
    answerLog(server, '5', [committed(6, 'two', 'st2'), ended(7, 'completed')], '7')
    const again = doing(next.session, 'message.committed', { name: 'mail' })
    await again.until(1)
    next.line.say(...on(1, committed(8, 'three', 'st3')))
    await again.until(2)
    expect([...done.seqs, ...again.seqs]).toEqual([5, 6, 8])
    next.client.close()
  })

  test('[K40] two pages that are there at once do not do the same one', async () => {
    await using server = await ScriptedServer.listen()
    const storage = new Kept()
    const pages = [await pageOf(server, { storage }), await pageOf(server, { storage })]
    const events = [...begun(2), committed(5, 'one'), committed(6, 'two', 'st2')]
    answerLog(server, '1', events, '6')
    const done = pages.map(({ session }) => doing(session, 'message.committed', { name: 'mail' }))
    for (const { line } of pages) line.say(...on(1, ...events))
    await Promise.all(pages.map(({ session }) => until(session, () => session.place === '6')))
    const both = () => done.flatMap(({ seqs }) => seqs)
    while (both().length < 2) await breath()
    for (let turn = 0; turn < 20; turn += 1) await breath()
    expect(both().toSorted()).toEqual([5, 6])
    for (const { client } of pages) client.close()
  })

  test('[K40] one that throws is told about, counts as done, and the next goes on', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const told: unknown[] = []
    const done: number[] = []
    const two = new Promise<void>((resolve) => {
      session.onCommit(
        'message.committed',
        ({ seq }) => {
          done.push(seq)
          if (seq === 5) throw new Error('the printer is out of paper')
          resolve()
        },
        { onError: (error, { seq }) => told.push([seq, (error as Error).message]) },
      )
    })
    line.say(...on(1, ...begun(2), committed(5, 'one'), committed(6, 'two', 'st2')))
    await two
    expect([done, told]).toEqual([[5, 6], [[5, 'the printer is out of paper']]])
    client.close()
  })
})

describe('effects on drafts', () => {
  test('[K41] they are undone, the last first, when their step is withdrawn, and stay when it is committed', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const cart: string[] = []
    const trail: string[] = []
    session.onDraft('chunk.text', ({ text }) => {
      cart.push(text)
      trail.push(`+${text}`)
      return () => {
        cart.pop()
        trail.push(`-${text}`)
      }
    })
    const happened = async (count: number) => {
      while (trail.length < count) await breath()
    }
    line.say(...on(1, ...begun(2), chunk(4, 1, 'apple')))
    await happened(1)
    line.say(...on(1, chunk(4, 2, 'pear')))
    await happened(2)
    line.say(...on(1, rolledBack(5)))
    await happened(4)
    line.say(...on(1, chunk(5, 1, 'plum', 'st2')))
    await happened(5)
    line.say(...on(1, committed(6, 'plum', 'st2'), ended(7, 'completed')))
    await until(session, () => session.place === '7')
    expect([cart, trail]).toEqual([['plum'], ['+apple', '+pear', '-pear', '-apple', '+plum']])
    client.close()
  })

  test('[K41] a view that comes in the place of events tells by what it shows', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const undone: string[] = []
    const seen: string[] = []
    session.onDraft('chunk.text', ({ step, text }) => {
      seen.push(text)
      return () => void undone.push(step)
    })
    line.say(...on(1, ...begun(2), chunk(4, 1, 'a', 'st1'), chunk(4, 2, 'b', 'st2'), chunk(4, 3, 'c', 'st3')))
    while (seen.length < 3) await breath()
    const [turn] = session.view.turns
    const messages = turn!.messages.flatMap((message) => {
      if (message.id === 'st1') return []
      return message.id === 'st2' ? [{ ...message, draft: undefined }] : [message]
    })
    line.say({ type: 'snapshot', ch: 1, at: '9', view: { ...session.view, at: '9', turns: [{ ...turn!, messages }] } })
    while (undone.length < 1) await breath()
    line.say(...on(1, rolledBack(10, 'st2'), rolledBack(11, 'st3')))
    while (undone.length < 2) await breath()
    expect(undone).toEqual(['st1', 'st3'])
    client.close()
  })
})

/** What an effect did, by the commits it was done for. */
function doing(session: Session, type: 'message.committed', options: { name?: string } = {}) {
  const seqs: number[] = []
  let wake = () => {}
  session.onCommit(
    type,
    ({ seq }) => {
      seqs.push(seq)
      wake()
    },
    options,
  )
  return {
    seqs,
    async until(count: number) {
      while (seqs.length < count) {
        await new Promise<void>((woken) => {
          wake = woken
        })
      }
    },
  }
}
