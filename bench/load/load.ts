import { answering } from '../process/answering.ts'
import { type Script, sharedClock } from '../servers/speech.ts'
import { isDraft } from './frame-kind.ts'
import { ThinSocket } from './thin-socket.ts'

// The load generator: so many sessions over so many connections, and what comes of them is counted.

export interface Layout {
  readonly port: number
  readonly connections: number
  readonly sessionsPerConnection: number
}

export interface Counts {
  /** Drafts that came. */
  readonly drafts: number
  readonly frames: number
  readonly bytes: number
}

/** Connections from one address: a machine has some 28,000 ports for each. */
const CONNECTIONS_OF_AN_ADDRESS = 5_000
const CONNECTING_AT_ONCE = 100

let sockets: ThinSocket[] = []
let channels = 0
let ids = 0
let counts = { drafts: 0, frames: 0, bytes: 0 }
let latencies: number[] = []
let isTiming = false
let awaited: { readonly text: string; missing: number; readonly done: () => void } | undefined

answering({ connect, speak, hush, counts: () => counts, time, disconnect, attach, stop: disconnect })

/** Opens the sessions, and resolves when each is attached. */
async function connect({ port, connections, sessionsPerConnection }: Layout): Promise<void> {
  channels = sessionsPerConnection
  while (sockets.length < connections) {
    const missing = Math.min(CONNECTING_AT_ONCE, connections - sockets.length)
    const addresses = Array.from({ length: missing }, (_, index) => addressOf(sockets.length + index))
    const opened = await Promise.all(addresses.map((address) => ThinSocket.open(port, address, take)))
    sockets.push(...opened)
    await onEachChannel(opened, '"type":"attached"', (ch) => ({ type: 'open', ch, agent: 'bench' }))
  }
}

/** Sets every session to speak, and resolves when each has taken it. */
async function speak(script: Script): Promise<void> {
  await onEachChannel(sockets, '"type":"ok"', (ch) => ({ type: 'input', ch, text: JSON.stringify(script) }))
}

async function hush(): Promise<void> {
  await onEachChannel(sockets, '"type":"ok"', (ch) => ({ type: 'cancel', ch }))
}

/** Microseconds from being said to being here, of the drafts of so many seconds. */
async function time(seconds: number): Promise<readonly number[]> {
  latencies = []
  isTiming = true
  await new Promise((resolve) => setTimeout(resolve, seconds * 1_000))
  isTiming = false
  return latencies
}

function disconnect(): void {
  for (const socket of sockets) socket.close()
  sockets = []
  counts = { drafts: 0, frames: 0, bytes: 0 }
}

export interface Attaching {
  readonly session: string
  readonly after?: string | undefined
  /** The last commit of the session: what the reader has to reach. */
  readonly head: number
}

/** Attaches to a session over the first connection, and answers how many milliseconds it took to reach its head. */
async function attach({ session, after, head }: Attaching): Promise<number> {
  const caughtUp = after === undefined ? '"type":"snapshot"' : `{"ch":2,"seq":${head},`
  const begun = sharedClock()
  await until(caughtUp, 1, () => say(sockets[0]!, { type: 'attach', ch: 2, session, after }))
  const tookMs = (sharedClock() - begun) / 1_000
  await until('"type":"ok"', 1, () => say(sockets[0]!, { type: 'detach', ch: 2 }))
  return tookMs
}

async function onEachChannel(to: readonly ThinSocket[], answer: string, frame: (ch: number) => object): Promise<void> {
  await until(answer, to.length * channels, () => {
    for (const socket of to) for (let ch = 1; ch <= channels; ch++) say(socket, frame(ch))
  })
}

function say(socket: ThinSocket, frame: object): void {
  socket.send({ ...frame, id: `l${process.pid}-${++ids}` })
}

/** Resolves when so many frames with this text have come. */
function until(text: string, missing: number, ask: () => void): Promise<void> {
  return new Promise((done) => {
    awaited = { text, missing, done }
    ask()
  })
}

function take(bytes: Buffer, from: number, to: number): void {
  counts.frames += 1
  counts.bytes += to - from
  if (isDraft(bytes, from, to)) {
    counts.drafts += 1
    if (isTiming) noteLatency(bytes.toString('latin1', from, to))
  } else {
    answered(bytes.toString('latin1', from, Math.min(to, from + 200)))
  }
}

function answered(frame: string): void {
  if (frame.includes('"type":"error"')) throw new Error(`the server refused: ${frame}`)
  if (!awaited || !frame.includes(awaited.text)) return
  awaited.missing -= 1
  if (awaited.missing > 0) return
  const { done } = awaited
  awaited = undefined
  done()
}

function noteLatency(frame: string): void {
  const now = sharedClock()
  for (const [, said] of frame.matchAll(/<([\d.]+)>/g)) latencies.push(now - Number(said))
}

function addressOf(connection: number): string {
  return `127.0.0.${1 + Math.floor(connection / CONNECTIONS_OF_AN_ADDRESS)}`
}
