import { describe, expect, test } from 'vitest'
import { byHeader, type House, house, SkippingClock, turnOn } from './house.ts'

const ANN = { 'x-principal': 'ann' }

async function annsSession(): Promise<{ home: House; session: string; minted: (grant: object) => Promise<string> }> {
  const home = await house({ verifiers: [byHeader] })
  const ann = await home.connect(ANN)
  const session = await ann.open()
  const minted = async (grant: object) => String((await home.post('/v1/tickets', grant, ANN)).body.ticket)
  return { home, session, minted }
}

describe('a ticket', () => {
  test('[I1] [I2] [C11] opens one line for its minter, by hello or in the address, and no second one', async () => {
    const { home, session, minted } = await annsSession()
    const ticket = await minted({ expiresIn: 60 })
    const peer = await home.connect()
    expect(await peer.ask({ type: 'attach', ch: 1, session })).toMatchObject({ code: 'unauthenticated' })
    expect(await peer.ask({ type: 'hello', ticket })).toMatchObject({ type: 'welcome', principal: 'ann' })
    expect(await peer.attach(session)).toMatchObject({ type: 'attached' })
    const second = await home.connect()
    expect(await second.ask({ type: 'hello', ticket })).toMatchObject({ code: 'unauthenticated' })

    const other = await minted({ expiresIn: 60 })
    const byAddress = await home.fetch(`/v1/sessions/${session}?ticket=${other}`)
    expect(byAddress).toMatchObject({ status: 200, body: { session } })
    const bearer = { authorization: `Bearer ${other}` }
    expect(await home.fetch(`/v1/sessions/${session}`, { headers: bearer })).toMatchObject({ status: 200 })
    // One that is no good decides as well: nobody else is asked.
    const shown = await home.fetch(`/v1/sessions/${session}?ticket=tkt_none`, { headers: ANN })
    expect(shown).toMatchObject({ status: 401, body: { code: 'unauthenticated' } })
  })

  test('[I3] limited to watching one session shows that one and takes no word', async () => {
    const { home, session, minted } = await annsSession()
    const elsewhere = await (await home.connect(ANN)).open()
    const ticket = await minted({ sessions: [session], verbs: ['observe'], expiresIn: 60 })
    const watcher = await home.connect()
    await watcher.ask({ type: 'hello', ticket })
    expect(await watcher.attach(session)).toMatchObject({ type: 'attached' })
    expect(await watcher.attach(elsewhere, { ch: 2 })).toMatchObject({ code: 'session_not_found' })
    for (const command of [
      { type: 'input', text: 'Hi' },
      { type: 'input', text: 'Hi', delivery: 'interrupt' },
      { type: 'cancel' },
      { type: 'answer', request: 'r', approved: true },
      { type: 'close' },
    ]) {
      expect(await watcher.ask({ ch: 1, ...command })).toMatchObject({ code: 'forbidden', retry: 'never' })
    }
    expect(await watcher.ask({ type: 'open', ch: 3, agent: 'echo' })).toMatchObject({ code: 'forbidden' })
    const ann = await home.connect(ANN)
    await ann.attach(session)
    const run = await turnOn(home, ann)
    run.speak(1)('Seen')
    expect(await watcher.event('chunk.text')).toMatchObject({ text: 'Seen' })

    const door = await minted({ sessions: [session], verbs: ['observe', 'send'], expiresIn: 60 })
    const as = { headers: { authorization: `Bearer ${door}` } }
    expect((await home.fetch('/v1/sessions', as)).body.sessions).toMatchObject([{ session }])
    expect(await home.fetch(`/v1/sessions/${elsewhere}/view`, as)).toMatchObject({ status: 404 })
    expect(await home.fetch(`/v1/sessions/${session}`, { ...as, method: 'DELETE' })).toMatchObject({ status: 403 })
  })

  test('[I1] never allows more than its minter may', async () => {
    const { home, session, minted } = await annsSession()
    const narrow = await minted({ sessions: [session], verbs: ['observe'], trace: 'step', expiresIn: 60 })
    const mintAgain = (grant: object) => home.post(`/v1/tickets?ticket=${narrow}`, grant)
    expect(await mintAgain({ verbs: ['send'] })).toMatchObject({ status: 403, body: { code: 'forbidden' } })
    expect(await mintAgain({ sessions: ['another'] })).toMatchObject({ status: 404 })
    expect(await mintAgain({ principal: 'bob' })).toMatchObject({ status: 403 })
    expect(await home.post('/v1/tickets', { principal: 'bob' }, ANN)).toMatchObject({ status: 403 })
    expect(await mintAgain({ trace: 'debug', expiresIn: 3_600 })).toMatchObject({ status: 201 })
    for (const bad of [{ expiresIn: 0 }, { expiresIn: 86_401 }, { verbs: [] }, { verbs: ['fly'] }, { trace: 'all' }]) {
      expect(await home.post('/v1/tickets', bad, ANN)).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
  })

  test('[I1] is made by the program that has the server in hand, for any principal', async () => {
    const home = await house({ verifiers: [byHeader] })
    const { ticket, expiresAt } = home.server.tickets.mint({ principal: 'carol', verbs: ['observe'], expiresIn: 60 })
    expect(expiresAt).toBeGreaterThan(Date.now())
    const peer = await home.connect()
    expect(await peer.ask({ type: 'hello', ticket })).toMatchObject({ principal: 'carol' })
    expect(await peer.ask({ type: 'open', ch: 1, agent: 'echo' })).toMatchObject({ code: 'forbidden' })
  })

  test('[I1] is made for another principal by one with the role', async () => {
    const home = await house()
    const { body } = await home.post('/v1/tickets', { principal: 'carol', expiresIn: 60 })
    const peer = await home.connect()
    expect(await peer.ask({ type: 'hello', ticket: body.ticket })).toMatchObject({ principal: 'carol' })
  })

  test('[I4] [C12] ends, and its line with it, unless it was renewed by the same principal', async () => {
    const clock = new SkippingClock()
    const home = await house({ verifiers: [byHeader], clock, heartbeatMs: 40 })
    const mint = async (headers: Record<string, string>) =>
      String((await home.post('/v1/tickets', { expiresIn: 10 }, headers)).body.ticket)
    const [first, second, bobs] = [await mint(ANN), await mint(ANN), await mint({ 'x-principal': 'bob' })]
    const renewing = await home.connect()
    await renewing.ask({ type: 'hello', ticket: first })
    expect(await renewing.ask({ type: 'renew', ticket: bobs })).toMatchObject({ code: 'forbidden' })
    const ending = await home.connect()
    await ending.ask({ type: 'hello', ticket: second })
    const stale = await mint(ANN)
    clock.skip(9_000)
    expect(await renewing.ask({ type: 'renew', ticket: await mint(ANN) })).toMatchObject({ type: 'ok' })
    clock.skip(2_000)
    expect(await ending.ended()).toMatchObject({ code: 4401 })
    expect(renewing.closed).toBeUndefined()
    expect(await home.fetch(`/v1/agents?ticket=${stale}`)).toMatchObject({ status: 401 })
  })

  test('[I5] is made to be shared only for watching named sessions, and then opens line after line', async () => {
    const { home, session, minted } = await annsSession()
    const grant = { sessions: [session], verbs: ['observe'], reusable: true, expiresIn: 60 }
    for (const wrong of [
      { verbs: ['observe', 'send'] },
      { verbs: undefined },
      { sessions: undefined },
      { sessions: [] },
    ]) {
      const refused = await home.post('/v1/tickets', { ...grant, ...wrong }, ANN)
      expect(refused).toMatchObject({ status: 400, body: { code: 'bad_field' } })
    }
    const ticket = await minted(grant)
    for (let reload = 0; reload < 3; reload++) {
      const watcher = await home.connect()
      expect(await watcher.ask({ type: 'hello', ticket })).toMatchObject({ type: 'welcome', principal: 'ann' })
      expect(await watcher.attach(session)).toMatchObject({ type: 'attached' })
      expect(await watcher.ask({ type: 'input', ch: 1, text: 'Hi' })).toMatchObject({ code: 'forbidden' })
      watcher.cut()
    }
    expect(await home.fetch(`/v1/sessions/${session}/view?ticket=${ticket}`)).toMatchObject({ status: 200 })
  })

  test('[I6] is ended by its minter, and with it every line and stream that came of it', async () => {
    const clock = new SkippingClock()
    const home = await house({ verifiers: [byHeader], clock, heartbeatMs: 40 })
    const session = await (await home.connect(ANN)).open()
    const grant = { sessions: [session], verbs: ['observe'], reusable: true, expiresIn: 60 }
    const ticket = String((await home.post('/v1/tickets', grant, ANN)).body.ticket)
    const watcher = await home.connect()
    await watcher.ask({ type: 'hello', ticket })
    await watcher.attach(session)
    const stream = await fetch(`${home.url}/v1/sessions/${session}/events?ticket=${ticket}`)
    const asBob = await home.post('/v1/tickets/revoke', { ticket }, { 'x-principal': 'bob' })
    expect(asBob).toMatchObject({ status: 404, body: { code: 'not_found' } })
    expect(await home.post(`/v1/tickets/revoke?ticket=${ticket}`, { ticket })).toMatchObject({ status: 404 })
    expect(await home.post('/v1/tickets/revoke', { ticket }, ANN)).toMatchObject({ status: 200 })
    expect(await watcher.ended()).toMatchObject({ code: 4401 })
    expect(await stream.text()).toContain('"code":"identity_expired"')
    expect(await home.fetch(`/v1/sessions/${session}?ticket=${ticket}`)).toMatchObject({ status: 401 })
  })
})
