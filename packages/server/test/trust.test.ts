import { describe, expect, test } from 'vitest'
import { byHeader, expectAWholeTurn, type House, house, turnOn } from './house.ts'

const ANN = { 'x-principal': 'ann' }
const BOB = { 'x-principal': 'bob' }

async function annsSession(options = {}): Promise<{ home: House; session: string }> {
  const home = await house({ verifiers: [byHeader], ...options })
  const ann = await home.connect(ANN)
  const session = await ann.open()
  await turnOn(home, ann)
  return { home, session }
}

/** An id of the form the server makes, of no session. */
const NOBODYS = `ses_${'A'.repeat(43)}`

describe("a session of somebody else's", () => {
  test('[A14] is answered as one that was never made, by every command and every door', async () => {
    const { home, session } = await annsSession()
    const bob = await home.connect(BOB)
    const ask = async (frame: object) => JSON.stringify({ ...(await bob.ask(frame)), id: 'x' })
    const unnamed = (text: string) => text.replaceAll(session, 'ID').replaceAll(NOBODYS, 'ID')
    for (const make of [
      (id: string) => ({ type: 'attach', ch: 1, session: id }),
      (id: string) => ({ type: 'attach', ch: 1, session: id, after: '3', log: 'l' }),
      (id: string) => ({ type: 'open', ch: 1, agent: 'echo', session: id }),
      (id: string) => ({ type: 'open', ch: 1, agent: 'other', session: id }),
    ]) {
      const theirs = await ask(make(session))
      expect(theirs).toContain('"session_not_found"')
      expect(unnamed(theirs)).toBe(unnamed(await ask(make(NOBODYS))))
    }
    const input = JSON.stringify({ type: 'input', id: 'i', text: 'Hi' })
    const doors: [method: string, path: string, body?: string][] = [
      ['GET', ''],
      ['GET', '/view'],
      ['GET', '/view?before=t3'],
      ['GET', '/events'],
      ['GET', '/events/1'],
      ['POST', '/commands', input],
      ['DELETE', ''],
      ['GET', '/events?wait=5'],
    ]
    for (const [method, path, body] of doors) {
      const answer = async (id: string) => {
        const init = { method, headers: { ...BOB, accept: 'application/json' }, ...(body ? { body } : {}) }
        const { status, body: said } = await home.fetch(`/v1/sessions/${id}${path}`, init)
        return unnamed(`${status} ${JSON.stringify(said)}`)
      }
      const theirs = await answer(session)
      expect(theirs, path).toMatch(/^404 .*"session_not_found"/)
      expect(theirs, path).toBe(await answer(NOBODYS))
    }
    const stream = await home.fetch(`/v1/sessions/${session}/events`, {
      headers: { ...BOB, accept: 'text/event-stream' },
    })
    expect(stream).toMatchObject({ status: 404, body: { code: 'session_not_found' } })
    expect(await home.fetch('/v1/sessions', { headers: BOB })).toMatchObject({ body: { sessions: [] } })
    expect(await home.fetch(`/v1/sessions/${session}`, { headers: ANN })).toMatchObject({ body: { head: 4 } })
  })

  test('[A14] an id that two principals choose names a session of each', async () => {
    const home = await house({ verifiers: [byHeader] })
    const ann = await home.connect(ANN)
    const bob = await home.connect(BOB)
    await ann.open(1, { session: 'trip', metadata: { of: 'ann' }, id: 'same' })
    await bob.open(1, { session: 'trip', metadata: { of: 'bob' }, id: 'same' })
    expect(await ann.event('session.opened')).toMatchObject({ metadata: { of: 'ann' } })
    expect(await bob.event('session.opened')).toMatchObject({ metadata: { of: 'bob' } })
    await turnOn(home, ann)
    expect(await home.fetch('/v1/sessions/trip', { headers: BOB })).toMatchObject({ body: { head: 1 } })
  })

  test('[W9] a principal that nobody can verify is refused, over WebSocket and HTTP, before anything is read', async () => {
    const home = await house({ verifiers: [byHeader] })
    await expect(home.connect({ 'x-principal': 'nobody' })).rejects.toThrow('401')
    // One that says nothing of itself has a moment to say hello.
    const silent = await home.connect()
    expect(await silent.ask({ type: 'open', ch: 1, agent: 'echo' })).toMatchObject({ code: 'unauthenticated' })
    for (const headers of [{}, { 'x-principal': 'nobody' }]) {
      const answer = await home.post('/v1/sessions', '{', headers)
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated', retry: 'new-identity' } })
    }
    await expectAWholeTurn(home, ANN)
  })

  test('[E8] a verifier that throws is a fault of the server, named no further, and others are let in', async () => {
    const broken = {
      name: 'broken',
      verify: async (request: { headers: Record<string, unknown> }) => {
        if (request.headers['x-broken']) throw new TypeError('secret of the verifier')
        return undefined
      },
    }
    const home = await house({ verifiers: [broken as never, byHeader] })
    await expect(home.connect({ 'x-broken': 'yes' })).rejects.toThrow('500')
    const answer = await home.fetch('/v1/sessions', { headers: { 'x-broken': 'yes' } })
    expect(answer).toMatchObject({ status: 500, body: { code: 'internal' } })
    expect(JSON.stringify(answer.body)).not.toContain('secret')
    await expectAWholeTurn(home, ANN)
  })
})
