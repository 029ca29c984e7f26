import { describe, expect, test } from 'vitest'
import { type House, house, temporaryFolder, turnOn } from './house.ts'
import type { AnyFrame } from './peer.ts'

/** What an answer says, without the address it came by. */
function said({ id: _, ch: __, ...rest }: AnyFrame): object {
  return rest
}

describe('a command with an id that came before', () => {
  test('[C2] gets the first result on another connection and over HTTP, and changes nothing', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const input = { type: 'input', id: 'the-one', text: 'Hello', context: { a: 1, b: [2] } }
    const first = await peer.ask({ ...input, ch: 1 })
    const other = await home.connect()
    await other.attach(session, { ch: 5 })
    const again = await other.ask({ ...input, context: { b: [2], a: 1 }, ch: 5 })
    expect(said(again)).toEqual(said(first))
    const { body } = await home.post(`/v1/sessions/${session}/commands`, input)
    expect(said(body)).toEqual(said(first))
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { head: 4 } })
    expect(home.host.runs).toHaveLength(1)
  })

  test('[C2] an order of which only the first inputs were named is the same when it is said again, also after a restart', async () => {
    const data = temporaryFolder()
    let home = await house({ data })
    let peer = await home.connect()
    const session = await peer.open()
    await turnOn(home, peer)
    const waiting: unknown[] = []
    for (const text of ['a', 'b', 'c']) waiting.push((await peer.ask({ type: 'input', ch: 1, text })).input)
    const arrange = { type: 'arrange', id: 'order', ch: 1, inputs: [waiting[2], waiting[2]] }
    const first = await peer.ask(arrange)
    expect(first).toMatchObject({ type: 'ok' })
    await home.server.stop(0)
    home = await house({ data })
    peer = await home.connect()
    await peer.attach(session)
    expect(said(await peer.ask(arrange))).toEqual(said(first))
    const other = { ...arrange, inputs: [waiting[1]] }
    peer.frames.length = 0
    expect(await peer.ask(other)).toMatchObject({ code: 'id_reused' })
  })

  test('[C3] and another body gets id_reused, for every kind of command', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open(1, { id: 'open', metadata: { a: 1 } })
    const reused = { type: 'error', code: 'id_reused', retry: 'never' }
    const run = await turnOn(home, peer, { id: 'input' })
    run.request('r1')
    run.request('r2')
    await peer.until(() => peer.events().filter(({ type }) => type === 'control.requested').length === 2)
    const waits = await peer.ask({ type: 'input', ch: 1, text: 'Waits' })
    const waitsToo = await peer.ask({ type: 'input', ch: 1, text: 'Waits too' })
    await peer.ask({ type: 'withdraw', id: 'withdraw', ch: 1, input: waits.input })
    await peer.ask({ type: 'answer', id: 'answer', ch: 1, request: 'r1', approved: true })
    await peer.ask({ type: 'cancel', id: 'cancel', ch: 1, turn: 't3' })
    const { head } = (await home.fetch(`/v1/sessions/${session}`)).body

    const other = await home.connect()
    await other.attach(session, { ch: 1 })
    const wrong: object[] = [
      { type: 'input', id: 'input', ch: 1, text: 'Goodbye' },
      { type: 'input', id: 'input', ch: 1, text: 'Hello', delivery: 'steer' },
      { type: 'cancel', id: 'input', ch: 1 },
      { type: 'withdraw', id: 'withdraw', ch: 1, input: waitsToo.input },
      { type: 'answer', id: 'answer', ch: 1, request: 'r1', approved: false },
      { type: 'answer', id: 'answer', ch: 1, request: 'r2', approved: true },
      { type: 'cancel', id: 'cancel', ch: 1, turn: 't1' },
      { type: 'close', id: 'cancel', ch: 1 },
      { type: 'open', id: 'open', ch: 2, agent: 'other', metadata: { a: 1 } },
      { type: 'open', id: 'open', ch: 2, agent: 'echo', metadata: { a: 2 } },
      { type: 'open', id: 'open', ch: 2, agent: 'echo', metadata: { a: 1 }, session: 'mine' },
    ]
    for (const command of wrong) {
      other.frames.length = 0
      expect(await other.ask(command), JSON.stringify(command)).toMatchObject(reused)
    }
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { head } })
  })

  test('[C2] a cancel that found nothing to stop does not stop the next turn when it is said again', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const cancel = { type: 'cancel', id: 'stop' }
    const first = await peer.ask({ ...cancel, ch: 1 })
    const run = await turnOn(home, peer)
    const { body } = await home.post(`/v1/sessions/${session}/commands`, cancel)
    expect(said(body)).toEqual(said(first))
    expect(run.isCancelled).toBe(false)
  })

  test('[C2] open said on two connections at once makes one session', async () => {
    const home = await house({ data: temporaryFolder() })
    const peers = await Promise.all([home.connect(), home.connect(), home.connect()])
    const sessions = await Promise.all(peers.map((peer) => peer.open(1, { id: 'the-one' })))
    expect(new Set(sessions).size).toBe(1)
    expect((await home.fetch('/v1/sessions')).body.sessions).toHaveLength(1)
  })

  test('[C2] an input said on two connections at once is accepted once', async () => {
    const home = await house()
    const peer = await home.connect()
    const session = await peer.open()
    const other = await home.connect()
    await other.attach(session, { ch: 1 })
    const input = { type: 'input', id: 'i', ch: 1, text: 'Hello' }
    const [one, two] = await Promise.all([peer.ask(input), other.ask(input)])
    expect(said(one)).toEqual(said(two))
    expect(await home.fetch(`/v1/sessions/${session}`)).toMatchObject({ body: { head: 4 } })
  })

  test('[C2] [C3] holds after a restart on the same directory, for every kind of command', async () => {
    const data = temporaryFolder()
    const before = await house({ data })
    const peer = await before.connect()
    const first = new Map<string, object>()
    const ask = async (name: string, command: object) => {
      const answer = await peer.ask({ ...command, id: name, ch: 1 })
      expect(answer.type, JSON.stringify(answer)).toBe('ok')
      first.set(name, said(answer))
      return answer
    }
    const open = { type: 'open', agent: 'echo', metadata: { a: 1 } }
    const session = (await ask('open', open)).session as string
    const input = { type: 'input', parts: [{ type: 'text', text: 'Hello' }] }
    await ask('input', input)
    const run = await before.host.run()
    run.request('r1')
    run.request('r2', 'form')
    await peer.until(() => peer.events().filter(({ type }) => type === 'control.requested').length === 2)
    const answer = { type: 'answer', request: 'r1', approved: true, editedInput: { n: 1 } }
    await ask('answer', answer)
    const form = { type: 'answer', request: 'r2', action: 'accept', content: { name: 'x' } }
    await ask('form', form)
    const { input: waits } = await ask('waits', { type: 'input', text: 'Waits' })
    await ask('withdraw', { type: 'withdraw', input: waits })
    await ask('cancel', { type: 'cancel' })
    await ask('close', { type: 'close' })
    await before.server.stop(0)

    const after = await house({ data })
    const again: Record<string, object> = {
      input,
      answer,
      form,
      waits: { type: 'input', text: 'Waits' },
      withdraw: { type: 'withdraw', input: waits },
      cancel: { type: 'cancel' },
      close: { type: 'close' },
    }
    const { head } = (await after.fetch(`/v1/sessions/${session}`)).body
    for (const [id, command] of Object.entries(again)) {
      const { body } = await after.post(`/v1/sessions/${session}/commands`, { ...command, id })
      expect(said(body), id).toEqual(first.get(id))
    }
    const changed = await after.post(`/v1/sessions/${session}/commands`, { type: 'input', id: 'input', text: 'Hello' })
    expect(changed).toMatchObject({ status: 409, body: { code: 'id_reused' } })
    expect((await after.fetch(`/v1/sessions/${session}`)).body.head).toBe(head)
    const reader = await after.connect()
    expect(await reader.open(1, { ...open, id: 'open' })).toBe(session)
  })

  test('[C2] a refusal is no result: the same command may succeed later', async () => {
    const home: House = await house({ limits: { waitingInputs: 1 } })
    const peer = await home.connect()
    const session = await peer.open()
    const run = await turnOn(home, peer)
    await peer.ask({ type: 'input', ch: 1, text: 'Waits' })
    const input = { type: 'input', id: 'again', text: 'Full' }
    expect(await peer.ask({ ...input, ch: 1 })).toMatchObject({ code: 'queue_full', retry: 'later' })
    run.end()
    await home.host.runOf(session, 2)
    const { body } = await home.post(`/v1/sessions/${session}/commands`, input)
    expect(body).toMatchObject({ type: 'ok', input: expect.any(String) })
  })
})
