import { describe, expect, test } from 'vitest'
import { accepted, begun, on } from './events.ts'
import { HeldClock } from './held-clock.ts'
import { Kept, SlowlyKept } from './kept.ts'
import { pageOf, state, until } from './page.ts'
import { ScriptedServer, type ServerLine } from './scripted-server.ts'

async function acceptNext(line: ServerLine, seq: number, input: string) {
  const command = await line.take('input')
  line.say({ type: 'ok', id: command.id, ch: 1, seq, input })
  return command
}

describe('what becomes of an input', () => {
  test('[K36] it is accepted first, and then applied to a turn, at a step where it steers', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const sent = session.steer('hurry')
    const command = await acceptNext(line, 2, 'i2')
    expect(command).toMatchObject({ id: sent.id, text: 'hurry', delivery: 'steer' })
    expect(await sent.accepted).toEqual({ seq: 2, input: 'i2' })
    const applied = { type: 'input.applied', seq: 3, at: 3, input: 'i2', turn: 't1', step: 't1.2' }
    line.say(...on(1, accepted(2, 'i2', 'hurry'), applied))
    expect(await sent).toEqual({ outcome: 'applied', seq: 2, input: 'i2', turn: 't1', step: 't1.2' })
    client.close()
  })

  test('[K36] it is returned, and why', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const sent = session.send('never mind')
    const returned = { type: 'input.returned', seq: 3, at: 3, input: 'i2', reason: 'withdrawn' }
    // The events may come before the answer.
    const { id } = await line.take('input')
    line.say(...on(1, accepted(2, 'i2', 'never mind'), returned), { type: 'ok', id, ch: 1, seq: 2, input: 'i2' })
    expect(await sent).toEqual({ outcome: 'returned', seq: 2, input: 'i2', reason: 'withdrawn' })
    client.close()
  })

  test('[K36] where the events that tell it were replaced by a view, the log is asked', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const sent = session.send('hi')
    await acceptNext(line, 2, 'i2')
    await sent.accepted
    const [, , applied] = begun(2, 'i2')
    server.answers.set('/v1/sessions/s/events?log=log-1&after=2&replay=all', {
      status: 200,
      body: { events: [applied], place: '4', log: 'log-1', recovered: 'replay' },
    })
    line.say({ type: 'snapshot', ch: 1, at: '40', view: { ...session.view, at: '40', turns: [], waiting: [] } })
    expect(await sent).toMatchObject({ outcome: 'applied', turn: 't1' })
    client.close()
  })

  test('[K36] one that the server refuses rejects with its code, and so does its fate', async () => {
    await using server = await ScriptedServer.listen()
    const { client, session, line } = await pageOf(server)
    const sent = session.send('hi')
    const { id } = await line.take('input')
    line.say({ type: 'error', id, ch: 1, code: 'session_closed', message: 'it is closed', retry: 'never' })
    await expect(sent.accepted).rejects.toMatchObject({ code: 'session_closed' })
    await expect(sent).rejects.toMatchObject({ code: 'session_closed' })
    client.close()
  })
})

describe('while there is no line', () => {
  test('[K37] an input waits, is shown as waiting, and is not sent after its time', async () => {
    await using server = await ScriptedServer.listen()
    const clock = new HeldClock()
    const { client, session, line } = await pageOf(server, { clock, chance: () => 0.99 })
    line.cut()
    await state(client, 'waiting')
    const late = session.send('too late', { expiresIn: 100 })
    const kept = session.send('in time', { expiresIn: 60_000, id: 'mine' })
    expect(session.outbox).toMatchObject([
      { id: late.id, text: 'too late', state: 'waiting' },
      { id: 'mine', text: 'in time', state: 'waiting' },
    ])
    expect(session.outbox).toBe(session.outbox)
    expect(client.unsent).toBe(2)
    expect(session.send('in time', { id: 'mine' })).toBe(kept)
    clock.sleep(150)
    await expect(late.accepted).rejects.toMatchObject({ code: 'expired' })
    clock.sleep(1_000)
    const next = await server.line()
    next.welcome()
    await next.attach()
    expect(await acceptNext(next, 2, 'i2')).toMatchObject({ id: 'mine' })
    await kept.accepted
    expect([session.outbox, client.unsent, next.unread]).toEqual([[], 0, []])
    client.close()
  })

  test('[K37] an input that left before its time was over is sent again after it: it may have arrived', async () => {
    await using server = await ScriptedServer.listen()
    const clock = new HeldClock()
    const { client, session, line } = await pageOf(server, { clock, chance: () => 0.99 })
    const sent = session.send('hi', { expiresIn: 100 })
    const first = await line.take('input')
    expect(session.outbox).toMatchObject([{ state: 'sent' }])
    line.cut()
    await state(client, 'waiting')
    clock.sleep(1_000)
    const next = await server.line()
    next.welcome()
    await next.attach()
    expect(await acceptNext(next, 2, 'i2')).toEqual(first)
    expect(await sent.accepted).toMatchObject({ input: 'i2' })
    client.close()
  })

  for (const storage of [new Kept(), new SlowlyKept()]) {
    test(`[K38] inputs outlive the page in ${storage.constructor.name}, and go first, in order, under their ids`, async () => {
      await using server = await ScriptedServer.listen()
      const kept = { storage, keepSends: true }
      const { client, session, line } = await pageOf(server, kept)
      const [sent, waiting] = [session.send('sent'), session.send('waiting', { context: { page: 7 } })]
      const first = await line.take('input')
      const second = await line.take('input')
      client.close()
      await expect(sent.accepted).rejects.toMatchObject({ code: 'client_closed' })
      await expect(waiting.accepted).rejects.toMatchObject({ code: 'client_closed' })

      const next = await pageOf(server, kept, { after: '1' })
      next.session.send('new')
      expect(await acceptNext(next.line, 2, 'i2')).toEqual(first)
      expect(await acceptNext(next.line, 3, 'i3')).toEqual(second)
      expect(await acceptNext(next.line, 4, 'i4')).toMatchObject({ text: 'new' })
      await until(next.session, () => next.session.outbox.length === 0)
      next.client.close()

      const last = await pageOf(server, kept, { after: '1' })
      expect(last.session.outbox).toEqual([])
      last.client.close()
    })
  }
})
