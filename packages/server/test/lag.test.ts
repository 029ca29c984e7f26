import { get } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { LIMITS, type SessionEvent } from '@longwire/protocol'
import { emptyView, fold, lastTurns, type SessionView } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import { afterwards, expectAWholeTurn, type House, house, serverEnds, turnOn } from './house.ts'
import type { Peer } from './peer.ts'
import type { ScriptedRun } from './scripted-host.ts'

const PIECE = 'x'.repeat(8_000)
const tick = () => new Promise((resolve) => setImmediate(resolve))

const portOf = (peer: Peer) => (peer.socket as unknown as { _socket: Socket })._socket.localPort!

/** Says these steps, each of six pieces and a commit: some 100 KB. Watches after each tick. */
async function flood(run: ScriptedRun, [from, to]: [from: number, to: number], watch: () => void): Promise<void> {
  for (let step = from; step <= to; step++) {
    const say = run.speak(step)
    for (let piece = 0; piece < 6; piece++) say(PIECE)
    run.message(step, PIECE.repeat(6))
    await tick()
    watch()
  }
}

async function reading(home: House): Promise<{ first: Peer; session: string; run: ScriptedRun }> {
  const first = await home.connect()
  const session = await first.open(1, { trace: 'debug' })
  return { first, session, run: await turnOn(home, first) }
}

describe('a reader that does not read', () => {
  test('[A15] [B6] costs a bounded amount of memory, nobody else notices, and it misses nothing', async () => {
    const ends = serverEnds()
    const home = await house()
    const { first, session, run } = await reading(home)
    const slow = await home.connect()
    await slow.attach(session, { after: '4', trace: 'debug' })
    const end = ends.get(portOf(slow))!
    slow.socket.pause()

    let most = 0
    const watch = () => {
      most = Math.max(most, end.writableLength)
    }
    await flood(run, [1, 100], watch)
    // Somebody else, in the middle of it.
    const meanwhile = expectAWholeTurn(home)
    await flood(run, [101, 200], watch)
    await meanwhile
    await first.until(() => first.events().filter(({ type }) => type === 'message.committed').length === 200)
    expect(first.events().filter(({ type }) => type === 'chunk.text')).toHaveLength(1_200)

    expect(most).toBeGreaterThan(LIMITS.bufferBytes / 2)
    // The bound, one catch-up page of frames that were put before the bound was seen, and the write under way.
    expect(most).toBeLessThan(2 * LIMITS.bufferBytes)
    expect(slow.events().length).toBeLessThan(1_000)

    slow.socket.resume()
    await slow.until(() => slow.told().at(-1) === first.told().at(-1))
    const commits = (peer: Peer) => peer.events().filter((event) => !('sub' in event))
    expect(commits(slow).map(({ seq }) => seq)).toEqual(
      commits(first)
        .map(({ seq }) => seq)
        .filter((seq) => seq > 4),
    )
    const start = first.events().slice(0, 4)
    const viewOf = (events: readonly SessionEvent[]) => events.reduce<SessionView>(fold, emptyView())
    expect(viewOf([...start, ...slow.events()])).toEqual(viewOf(first.events()))
    run.speak(999)('live again')
    await slow.until(() => JSON.stringify(slow.events().at(-1)).includes('live again'))
  })

  test('[B9] a peer that takes no answers is not taken from: asking without reading costs a bounded amount', async () => {
    const ends = serverEnds()
    const bufferBytes = 65_536
    const rates = { framesPerSecond: 1_000_000, framesBurst: 1_000_000, principalFramesPerSecond: 1_000_000 }
    const home = await house({ limits: { bufferBytes, ...rates } })
    const peer = await home.connect()
    const end = ends.get(portOf(peer))!
    peer.socket.pause()
    // Each is answered with all the limits: some 10 MB in the end, which is more than the system holds for a socket.
    const asked = 12_000
    let most = 0
    for (let n = 0; n < asked; n++) {
      peer.send({ type: 'hello' })
      if (n % 100 !== 0) continue
      await tick()
      most = Math.max(most, end.writableLength)
    }
    await expectAWholeTurn(home)
    most = Math.max(most, end.writableLength)
    expect(most).toBeGreaterThan(bufferBytes)
    expect(most).toBeLessThan(8 * bufferBytes)
    peer.socket.resume()
    // Looked at once all are there: to count them at each of so many frames takes longer than the frames do.
    await peer.until(() => peer.frames.length > asked)
    expect(peer.frames.filter(({ type }) => type === 'welcome')).toHaveLength(asked + 1)
  })

  test('[A15] over SSE holds no more than the bound either, and goes on truthfully', async () => {
    const ends = serverEnds()
    const home = await house()
    const { first, session, run } = await reading(home)
    const url = `${home.url}/v1/sessions/${session}/events?trace=debug`
    const events: SessionEvent[] = []
    const stream = await new Promise<import('node:http').IncomingMessage>((resolve) => {
      const request = get(url, { headers: { accept: 'text/event-stream' } }, resolve)
      afterwards(() => request.destroy())
    })
    const end = ends.get((stream.socket.address() as AddressInfo).port)!
    let most = 0
    await flood(run, [1, 150], () => {
      most = Math.max(most, end.writableLength)
    })
    expect(most).toBeGreaterThan(0)
    expect(most).toBeLessThan(2 * LIMITS.bufferBytes)
    await first.until(() => first.events().filter(({ type }) => type === 'message.committed').length === 150)
    let text = ''
    for await (const chunk of stream.setEncoding('utf8')) {
      text += chunk
      for (let at = text.indexOf('\n\n'); at >= 0; at = text.indexOf('\n\n')) {
        const data = /^data: (.*)$/m.exec(text.slice(0, at))?.[1]
        if (data) events.push(JSON.parse(data) as SessionEvent)
        text = text.slice(at + 2)
      }
      if (events.at(-1)?.seq === first.events().at(-1)!.seq) break
    }
    const viewOf = (all: readonly SessionEvent[]) => all.reduce<SessionView>(fold, emptyView())
    expect(lastTurns(viewOf(events), 20)).toEqual(lastTurns(viewOf(first.events()), 20))
  })
})
