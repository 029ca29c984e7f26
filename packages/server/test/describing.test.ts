import { describe, expect, test } from 'vitest'
import { byHeader, house, temporaryFolder, turnOn } from './house.ts'

const ANN = { 'x-principal': 'ann' }

describe('what is kept with a session', () => {
  test('[C14] is changed field by field, by whoever may send, and every reader hears of it', async () => {
    const home = await house({ verifiers: [byHeader] })
    const ann = await home.connect(ANN)
    const session = await ann.open(1, { id: 'made', metadata: { page: 'home', title: 'Untitled' } })
    const patch = (body: object, headers: Record<string, string> = ANN) =>
      home.fetch(`/v1/sessions/${session}`, {
        method: 'PATCH',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      })
    const answered = await patch({ id: 'p1', metadata: { title: 'Semis in Asia', page: null } })
    expect(answered).toMatchObject({ status: 200, body: { type: 'ok', id: 'p1', seq: 2 } })
    expect(answered.body.metadata).toEqual({ title: 'Semis in Asia' })
    expect(await ann.event('session.described')).toMatchObject({ seq: 2, by: 'ann', changes: { page: null } })
    expect(await patch({ id: 'p1', metadata: { title: 'Semis in Asia', page: null } })).toEqual({
      ...answered,
      headers: expect.anything(),
    })
    expect(await patch({ id: 'p1', metadata: { title: 'Other' } })).toMatchObject({ status: 409 })
    const said = await ann.ask({ type: 'describe', ch: 1, metadata: { starred: true } })
    expect(said).toMatchObject({ type: 'ok', seq: 3 })
    const { body } = await home.fetch(`/v1/sessions/${session}/view`, { headers: ANN })
    expect(body.metadata).toEqual({ title: 'Semis in Asia', starred: true })
    // The same `open` finds its session, though another title is kept with it now.
    const again = { type: 'open', id: 'made', ch: 2, agent: 'echo', metadata: { page: 'home', title: 'Untitled' } }
    expect(await (await home.connect(ANN)).ask(again)).toMatchObject({ type: 'ok', session })

    for (const metadata of [
      { title: 'x'.repeat(201) },
      { title: 7 },
      { parent: {} },
      { forkedFrom: null },
      { a: 'x'.repeat(20_000) },
      7,
    ]) {
      expect(await patch({ metadata })).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    expect(await patch({ metadata: {} }, { 'x-principal': 'bob' })).toMatchObject({ status: 404 })
    expect(await patch({ metadata: {} }, { ...ANN, origin: 'http://evil.example' })).toMatchObject({ status: 403 })
    const grant = { sessions: [session], verbs: ['observe'], expiresIn: 60 }
    const watching = { authorization: `Bearer ${(await home.post('/v1/tickets', grant, ANN)).body.ticket}` }
    expect(await patch({ metadata: {} }, watching)).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    await ann.ask({ type: 'close', ch: 1 })
    expect(await patch({ metadata: { title: 'Late' } })).toMatchObject({ body: { code: 'session_closed' } })
  })

  test('[S15] finds it again by its title or by what was said first, also after a restart, and no other principal', async () => {
    const data = temporaryFolder()
    let home = await house({ data, verifiers: [byHeader] })
    const ann = await home.connect(ANN)
    const first = await ann.open(1)
    const run = await turnOn(home, ann, { text: 'How do the  MÄRKTE\nstand?' })
    run.end()
    await ann.event('turn.ended')
    const second = await ann.open(2, { metadata: { title: 'Märkte in Asien' } })
    await ann.ask({
      type: 'input',
      ch: 2,
      parts: [
        { type: 'data', name: 'n', data: 1 },
        { type: 'text', text: 'Second' },
      ],
    })
    const bob = await home.connect({ 'x-principal': 'bob' })
    await bob.open(1, { metadata: { title: 'Märkte' } })
    const found = async (q: string) => {
      const { body } = await home.fetch(`/v1/sessions?q=${encodeURIComponent(q)}`, { headers: ANN })
      return (body.sessions as { session: string; summary?: string }[]).map(({ session, summary }) => [
        session,
        summary,
      ])
    }
    const both = [
      [second, 'Second'],
      [first, 'How do the MÄRKTE stand?'],
    ]
    expect(await found('märkte')).toEqual(both)
    expect(await found('MÄRKTE stand')).toEqual([both[1]])
    expect(await found('nothing')).toEqual([])
    await home.server.stop(0)
    home = await house({ data, verifiers: [byHeader] })
    expect(await found('märkte')).toEqual(both)
    const late = await home.connect(ANN)
    await late.attach(first)
    await late.ask({ type: 'describe', ch: 1, metadata: { title: 'Börsen' } })
    await late.ask({ type: 'input', ch: 1, text: 'Something else' })
    expect(await found('bÖrsen')).toEqual([both[1]])
    expect(await home.fetch(`/v1/sessions?q=${'x'.repeat(201)}`, { headers: ANN })).toMatchObject({ status: 400 })
  })
})
