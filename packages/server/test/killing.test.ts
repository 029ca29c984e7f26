import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { placeOf, printPlace, type SessionEvent } from '@longwire/protocol'
import { emptyView, fold, type SessionView } from '@longwire/view'
import { describe, expect, test } from 'vitest'
import { afterwards, temporaryFolder } from './house.ts'
import { Peer } from './peer.ts'

interface Served {
  readonly process: ChildProcess
  readonly url: string
  readonly recovered: number
}

const HERE = (name: string) => fileURLToPath(new URL(name, import.meta.url))

/** A server in a process of its own, with agents in its worker threads. */
async function serve(data: string): Promise<Served> {
  const args = [...process.execArgv, HERE('served-child.ts'), data, HERE('agents/teller.ts')]
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  afterwards(() => child.kill('SIGKILL'))
  for await (const line of createInterface({ input: child.stdout })) {
    return { process: child, ...(JSON.parse(line) as { url: string; recovered: number }) }
  }
  throw new Error('the server ended before it was ready')
}

async function kill({ process: child }: Served): Promise<void> {
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
}

async function connect(url: string): Promise<Peer> {
  const peer = await Peer.connect(url)
  afterwards(() => peer.cut())
  return peer
}

const bare = (events: readonly SessionEvent[]) =>
  events.map(({ ch: _, ...event }: SessionEvent & { ch?: number }) => event)
const viewOf = (events: readonly SessionEvent[]) => events.reduce<SessionView>(fold, emptyView())

describe('a server that is killed in the middle of a stream', () => {
  test('[S11] [A4] has the session, its history is well-formed, readers go on from their place, and the next input works', {
    timeout: 60_000,
  }, async () => {
    const data = temporaryFolder()
    let served = await serve(data)
    const first = await connect(served.url)
    const session = await first.open(1, { agent: 'teller', trace: 'debug' })
    const { log } = await first.next('attached')
    const seen: SessionEvent[] = []
    let peer = first

    // Cut at three moments: as soon as the input is taken, early in the stream, and well within it. The turn runs again
    // each time.
    expect(await peer.ask({ type: 'input', ch: 1, text: 'Tell me' })).toMatchObject({ type: 'ok', turn: 't3' })
    for (const [index, chunks] of [0, 3, 40].entries()) {
      const said = () => peer.events().filter(({ type }) => type === 'chunk.text').length
      await peer.until(() => said() >= chunks)
      await kill(served)
      await peer.ended()
      seen.push(...peer.events())
      const place = printPlace(placeOf(seen.at(-1) as { seq: number }))

      served = await serve(data)
      expect(served.recovered).toBe(1)
      peer = await connect(served.url)
      const attached = await peer.attach(session, { after: place, log, trace: 'debug' })
      expect(attached).toMatchObject({ recovered: 'replay', log, status: 'running' })
      expect(await peer.event('turn.started')).toMatchObject({ turn: 't3', attempt: index + 2 })
      if (chunks > 0) expect(peer.events().map(({ type }) => type)).toContain('step.rolledback')
    }
    await peer.event('chunk.text')
    expect(await peer.ask({ type: 'cancel', ch: 1 })).toMatchObject({ type: 'ok', turn: 't3' })
    expect(await peer.event('turn.ended')).toMatchObject({ turn: 't3', outcome: 'cancelled' })
    await peer.ask({ type: 'input', ch: 1, text: 'And now?' })
    expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed' })
    seen.push(...peer.events())

    const fresh = await connect(served.url)
    await fresh.attach(session, { after: '0', trace: 'debug' })
    const whole = () => fresh.events()
    await fresh.until(() => whole().at(-1)?.seq === seen.at(-1)!.seq)
    // All that was ever told as a commit is in the log as it was told, numbered without a gap.
    const commits = (events: readonly SessionEvent[]) => bare(events).filter((event) => !('sub' in event))
    expect(commits(seen)).toEqual(commits(whole()))
    expect(whole().map(({ seq }) => seq)).toEqual(whole().map((_, index) => index + 1))
    expect(viewOf(seen)).toEqual(viewOf(whole()))
    expect(viewOf(whole()).turns.map(({ status }) => status)).toEqual(['cancelled', 'completed'])
    // What a step had committed is there, once, however often the turn was run.
    expect(JSON.stringify(viewOf(whole())).split('It begins. ')).toHaveLength(2)
  })
})
