import { describe, expect, test } from 'vitest'
import { byHeader, house } from './house.ts'
import type { AnyFrame, Peer } from './peer.ts'

const ANN = { 'x-principal': 'ann' }

interface Shown {
  readonly viewer: string
  readonly principal: string
  readonly name?: string
  readonly watches?: true
  readonly you?: true
}

/** Who is there, as this peer was told last on the channel. */
function present(peer: Peer, ch = 1): readonly Shown[] | undefined {
  const told = peer.frames.filter((frame) => frame.type === 'presence' && frame.ch === ch)
  return told.at(-1)?.viewers as readonly Shown[] | undefined
}

const many = (peer: Peer, count: number) => peer.until(() => present(peer)?.length === count)

describe('who reads a session', () => {
  test('[A17] is told to a reader that asks, at once and when others come and go, and to nobody else', async () => {
    const home = await house({ verifiers: [byHeader] })
    const ann = await home.connect(ANN)
    const session = await ann.open(1, { presence: true })
    await many(ann, 1)
    expect(present(ann)).toEqual([
      { viewer: expect.any(String), principal: 'ann', since: expect.any(Number), you: true },
    ])
    // `attached` first, then who is there.
    const types = ann.frames.map(({ type }) => type)
    expect(types.indexOf('presence')).toBe(types.indexOf('attached') + 1)

    const phone = await home.connect(ANN)
    await phone.attach(session)
    await many(ann, 2)
    expect(phone.frames.some(({ type }) => type === 'presence')).toBe(false)
    const [me, other] = present(ann)!
    expect([me?.you, other?.you]).toEqual([true, undefined])

    // Once more on the same line is nobody more; the last of a line that goes is one less.
    await phone.attach(session, { ch: 2, presence: true })
    await phone.until(() => present(phone, 2) !== undefined)
    expect(present(phone, 2)!.map(({ you }) => you)).toEqual([undefined, true])
    await phone.ask({ type: 'detach', ch: 1 })
    const stranger = await home.connect({ 'x-principal': 'bob' })
    await stranger.open(1, { presence: true })
    phone.cut()
    await many(ann, 1)
    await many(stranger, 1)
  })

  test('[A17] holds streams too, and is at no place and in no log', async () => {
    const home = await house({ verifiers: [byHeader] })
    const ann = await home.connect(ANN)
    const session = await ann.open(1, { presence: true })
    const leaving = new AbortController()
    const stream = await fetch(`${home.url}/v1/sessions/${session}/events?presence=true`, {
      headers: { ...ANN, accept: 'text/event-stream' },
      signal: leaving.signal,
    })
    await many(ann, 2)
    const told = await untilPresent(stream, 2)
    expect(told.viewers).toMatchObject([{ principal: 'ann' }, { principal: 'ann', you: true }])
    expect(told.text).not.toMatch(/id: .*\n.*presence/)
    leaving.abort()
    await many(ann, 1)
    const { body } = await home.fetch(`/v1/sessions/${session}/events?trace=debug`, {
      headers: { ...ANN, accept: 'application/json' },
    })
    expect((body.events as AnyFrame[]).map(({ type }) => type)).toEqual(['session.opened'])
  })

  test('[A17] [I5] names a watcher as its ticket does, and says that it can only watch', async () => {
    const home = await house({ verifiers: [byHeader] })
    const ann = await home.connect(ANN)
    const session = await ann.open(1, { presence: true })
    const grant = { sessions: [session], verbs: ['observe'], reusable: true, name: 'The guest', expiresIn: 60 }
    const { body } = await home.post('/v1/tickets', grant, ANN)
    const watcher = await home.connect()
    await watcher.ask({ type: 'hello', ticket: body.ticket })
    await watcher.attach(session, { presence: true })
    await many(ann, 2)
    expect(present(ann)![1]).toMatchObject({ principal: 'ann', name: 'The guest', watches: true })
  })

  test('[B10] names no more viewers than the bound, whoever is told among them, and counts the others', async () => {
    const home = await house({ limits: { viewers: 3 } })
    const first = await home.connect()
    const session = await first.open()
    for (let n = 0; n < 4; n++) await (await home.connect()).attach(session)
    const last = await home.connect()
    await last.attach(session, { presence: true })
    const told = await last.next('presence')
    expect(told).toMatchObject({ more: 3, viewers: [{ you: true }, {}, {}] })
  })
})

async function untilPresent(stream: Response, count: number): Promise<{ viewers: readonly Shown[]; text: string }> {
  const reader = stream.body!.pipeThrough(new TextDecoderStream()).getReader()
  let text = ''
  for (;;) {
    const { value, done } = await reader.read()
    if (done) throw new Error('the stream ended')
    text += value
    const lines = text.split('\n').filter((line) => line.startsWith('data: {"type":"presence"'))
    const last = lines.at(-1)
    const viewers = last ? (JSON.parse(last.slice(6)).viewers as readonly Shown[]) : []
    if (viewers.length === count) {
      return { viewers, text }
    }
  }
}
