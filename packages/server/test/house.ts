import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { mkdtempSync, rmSync } from 'node:fs'
import type { Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { pino } from 'pino'
import { afterEach, expect } from 'vitest'
import { type Clock, createServer, type LongwireServer, Refusal, type ServerOptions } from '../src/index.ts'
import { type AnyFrame, Peer } from './peer.ts'
import { ScriptedHost, type ScriptedRun } from './scripted-host.ts'

// A server on a port of its own for one test, with an agent that the test plays, and everything gone afterwards.

const leftovers: (() => unknown)[] = []
afterEach(async () => {
  for (const tidy of leftovers.splice(0).reverse()) await tidy()
})

/** Does this when the test is over, last things first. */
export function afterwards(tidy: () => unknown): void {
  leftovers.push(tidy)
}

export interface House {
  readonly host: ScriptedHost
  readonly server: LongwireServer
  readonly url: string
  /** What the server wrote to its log as warnings and errors. */
  readonly complaints: readonly string[]
  connect(headers?: Record<string, string>): Promise<Peer>
  fetch(path: string, init?: RequestInit): Promise<Answered>
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<Answered>
}

export interface Answered {
  readonly status: number
  readonly headers: Headers
  readonly body: AnyFrame
}

export async function house(options: Partial<ServerOptions> = {}): Promise<House> {
  const host = (options.agents as ScriptedHost | undefined) ?? new ScriptedHost()
  const complaints: string[] = []
  const write = (line: Buffer, _encoding: unknown, done: () => void) => {
    complaints.push(String(line))
    done()
  }
  const log = pino({ level: 'warn' }, new Writable({ write }))
  const server = await createServer({ agents: host, port: 0, log, ...options })
  afterwards(() => server.stop(0))
  const { url } = server
  const fetchDoor = async (path: string, init: RequestInit = {}) => {
    const response = await fetch(`${url}${path}`, init)
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: JSON.parse(text || '{}') as AnyFrame }
  }
  return {
    host,
    server,
    url,
    complaints,
    connect: async (headers) => {
      const peer = await Peer.connect(url, headers)
      afterwards(() => peer.cut())
      return peer
    },
    fetch: fetchDoor,
    post: (path, body, headers = {}) =>
      fetchDoor(path, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }),
  }
}

/** A folder that is gone when the test is over. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'longwire-'))
  afterwards(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** A turn that an input began, with the agent in the test's hand. */
export async function turnOn(house: House, peer: Peer, more: object = {}): Promise<ScriptedRun> {
  const before = house.host.runs.length
  const answer = await peer.ask({ type: 'input', ch: 1, text: 'Hello', ...more })
  expect(answer).toMatchObject({ type: 'ok', turn: expect.any(String) })
  return house.host.run(before + 1)
}

/** A whole turn in a session of its own, over a line of its own: the house is up, and others feel nothing. */
export async function expectAWholeTurn(house: House, headers?: Record<string, string>): Promise<void> {
  const peer = await house.connect(headers)
  const session = await peer.open()
  expect(await peer.ask({ type: 'input', ch: 1, text: 'Are you there?' })).toMatchObject({ type: 'ok' })
  const run = await house.host.runOf(session)
  run.speak(1)('Yes')
  run.message(1, 'Yes')
  run.end()
  expect(await peer.event('turn.ended')).toMatchObject({ outcome: 'completed' })
  const types = peer.events().map(({ type }) => type)
  expect(types.slice(-3)).toEqual(['chunk.text', 'message.committed', 'turn.ended'])
  peer.cut()
}

/** Time that goes on as it does, and that a test can skip. */
export class SkippingClock implements Clock {
  #ahead = 0
  #ids = 0

  now(): number {
    return Date.now() + this.#ahead
  }

  skip(ms: number): void {
    this.#ahead += ms
  }

  randomId(): string {
    return `${++this.#ids}`.padStart(43, 'A')
  }

  random(): number {
    return Math.random()
  }
}

/** Knows principals by a header, `x-principal`; without it, or for `nobody`, refuses. */
export const byHeader: NonNullable<ServerOptions['verifiers']>[number] = {
  name: 'header',
  async verify(request) {
    const principal = request.headers['x-principal']
    if (typeof principal !== 'string') return undefined
    if (principal === 'nobody') throw new Refusal('unauthenticated', 'nobody is not let in')
    return { principal, sees: { trace: 'debug', reasoning: true } }
  },
}

/** The server's ends of the connections that are made from now on, by the port of the other end. */
export function serverEnds(): Map<number, Socket> {
  const ends = new Map<number, Socket>()
  const keep = (message: unknown) => {
    const { socket } = message as { socket: Socket }
    ends.set(socket.remotePort!, socket)
  }
  subscribe('net.server.socket', keep)
  afterwards(() => unsubscribe('net.server.socket', keep))
  return ends
}
