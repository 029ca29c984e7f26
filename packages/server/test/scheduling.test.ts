import { describe, expect, test } from 'vitest'
import { house, SkippingClock, temporaryFolder } from './house.ts'

const HOUR = 3_600_000

describe('a client that schedules', () => {
  test('[C15] has a turn begin by itself at the time, with what the agent is to know, also after a restart', async () => {
    const data = temporaryFolder()
    const clock = new SkippingClock()
    let home = await house({ data, clock })
    let peer = await home.connect()
    const session = await peer.open()
    const at = clock.now() + HOUR
    const command = {
      type: 'schedule',
      id: 's1',
      ch: 1,
      at,
      text: 'How did the   market open?',
      context: { desk: 'rates' },
    }
    const first = await peer.ask(command)
    expect(first).toMatchObject({ type: 'ok', seq: 2, schedule: 'c2' })
    expect(await peer.event('schedule.set')).toMatchObject({ label: 'How did the market open?', next: at, by: 'local' })
    await home.server.stop(0)
    home = await house({ data, clock })
    // Nobody asks for the session: its time brings it back.
    expect(home.host.runs).toHaveLength(0)
    clock.skip(HOUR + 1)
    const run = await home.host.runOf(session)
    expect(run.start).toMatchObject({ cause: 'schedule', inputs: [] })
    peer = await home.connect()
    await peer.attach(session)
    expect(await peer.ask(command)).toEqual(first)
    peer.frames.length = 0
    expect(await peer.ask({ ...command, at: at + 1 })).toMatchObject({ code: 'id_reused' })
    const input = { text: 'How did the   market open?', context: { desk: 'rates' } }
    expect(run.start.because).toMatchObject({ schedule: 'c2', input })
    run.end()
    await peer.event('turn.ended')
    expect((await home.fetch(`/v1/sessions/${session}/view`)).body.schedules).toEqual([])
  })

  test('[C15] again and again, from a time on, and what is due already at once', async () => {
    const clock = new SkippingClock()
    const home = await house({ clock })
    const peer = await home.connect()
    const session = await peer.open()
    const before = clock.now()
    expect(await peer.ask({ type: 'schedule', ch: 1, everyMs: HOUR, label: 'Hourly' })).toMatchObject({
      schedule: 'c2',
    })
    const set = await peer.event('schedule.set')
    expect(set).toMatchObject({ label: 'Hourly', everyMs: HOUR })
    expect(Number(set.next) - before).toBeGreaterThanOrEqual(HOUR)
    const { body } = await home.post(`/v1/sessions/${session}/commands`, {
      type: 'schedule',
      id: 'h',
      at: before - 10 * HOUR,
      everyMs: HOUR,
      text: 'Now',
    })
    expect(body).toMatchObject({ type: 'ok', id: 'h', schedule: 'c3' })
    const run = await home.host.runOf(session)
    expect(run.start.because).toMatchObject({ schedule: 'c3', input: 'Now' })
    const started = await peer.event('turn.started')
    expect(Number(started.next)).toBeGreaterThan(before)
  })

  test('[C16] takes it back, and is held to bounds, verbs and times', async () => {
    const clock = new SkippingClock()
    const home = await house({ clock, limits: { schedules: 2 } })
    const peer = await home.connect()
    const session = await peer.open()
    const set = { type: 'schedule', ch: 1, everyMs: HOUR }
    await peer.ask(set)
    await peer.ask(set)
    expect(await peer.ask(set)).toMatchObject({ code: 'queue_full', retry: 'later' })
    const back = { type: 'unschedule', id: 'u', ch: 1, schedule: 'c2' }
    const first = await peer.ask(back)
    expect(first).toMatchObject({ type: 'ok', schedule: 'c2' })
    peer.frames.length = 0
    expect(await peer.ask(back)).toEqual(first)
    peer.frames.length = 0
    expect(await peer.ask({ ...back, schedule: 'c3' })).toMatchObject({ code: 'id_reused' })
    expect(await peer.ask({ ...back, id: 'u2' })).toMatchObject({ code: 'schedule_not_found' })
    for (const wrong of [{}, { at: -1 }, { at: 1.5 }, { everyMs: 999 }, { at: 1, label: '' }, { at: 1, text: '' }]) {
      expect(await peer.ask({ type: 'schedule', ch: 1, ...wrong })).toMatchObject({ code: 'bad_field' })
    }
    const { body } = await home.post('/v1/tickets', {
      sessions: [session],
      verbs: ['observe', 'cancel'],
      expiresIn: 60,
    })
    const watcher = await home.connect()
    await watcher.ask({ type: 'hello', ticket: body.ticket })
    await watcher.attach(session)
    expect(await watcher.ask(set)).toMatchObject({ code: 'forbidden' })
    expect(await watcher.ask({ ...back, id: 'u3', schedule: 'c3' })).toMatchObject({ code: 'forbidden' })
    await peer.ask({ type: 'close', ch: 1 })
    expect(await peer.ask(set)).toMatchObject({ code: 'session_closed' })
  })
})
