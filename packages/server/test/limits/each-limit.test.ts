import { type ErrorCode, LIMIT_ROWS, type Limits } from '@longwire/protocol'
import { expect, test } from 'vitest'
import { byHeader, type House, house, SkippingClock, turnOn } from '../house.ts'
import type { AnyFrame, Peer } from '../peer.ts'

/** The bounds over which somebody is refused: each has to be in the table below, or this file is no TypeScript. */
type Refusing = { [L in keyof Limits]: (typeof LIMIT_ROWS)[L] extends { over: ErrorCode } ? L : never }[keyof Limits]

interface Reach {
  readonly limits: Partial<Limits>
  /** Goes over the bound, and answers the error that came of it, or the code and the close code in its place. */
  readonly over: (home: House, ann: Peer, clock: SkippingClock) => Promise<Partial<AnyFrame> | undefined>
  /** The name under which it is counted, where that is another's: a burst belongs to its rate. */
  readonly counted?: keyof Limits
}

const ANN = { 'x-principal': 'ann' }

/** Asks again and again until it is refused. */
async function asking(peer: Peer, frame: object): Promise<AnyFrame> {
  for (;;) {
    const answer = await peer.ask(frame)
    if (answer.type === 'error') return answer
  }
}

async function opening(peer: Peer, channels: number): Promise<AnyFrame> {
  for (let ch = 1; ch < channels; ch++) await peer.open(ch)
  return peer.ask({ type: 'open', ch: channels, agent: 'echo' })
}

const refusedHandshake = (home: House): Promise<Partial<AnyFrame>> =>
  home.connect(ANN).then(
    () => ({}),
    ({ message }) => ({ code: /429|503/.test(message) ? 'too_many_connections' : message }),
  )

/** The last error about the connection itself, when it has closed. */
async function lastWord(peer: Peer): Promise<AnyFrame | undefined> {
  await peer.ended()
  return peer.frames.findLast(({ type, id }) => type === 'error' && id === undefined)
}

async function waiting(home: House, ann: Peer): Promise<AnyFrame> {
  await ann.open()
  await turnOn(home, ann)
  return asking(ann, { type: 'input', ch: 1, text: 'And then?' })
}

async function turning(home: House, ann: Peer): Promise<AnyFrame> {
  await ann.open(1)
  await ann.open(2)
  await turnOn(home, ann)
  return ann.ask({ type: 'input', ch: 2, text: 'And?' })
}

const bytes = 'x'.repeat(400)

const REACHED: { readonly [L in Refusing]: Reach } = {
  frameBytes: {
    limits: { frameBytes: 1_000 },
    over: (_, ann) => {
      ann.send({ type: 'ping', bytes: bytes.repeat(3) })
      return lastWord(ann)
    },
  },
  framesPerSecond: {
    limits: { framesPerSecond: 1, framesBurst: 3 },
    over: (_, ann) => asking(ann, { type: 'ping' }),
  },
  framesBurst: {
    limits: { framesPerSecond: 1, framesBurst: 1 },
    over: (_, ann) => asking(ann, { type: 'ping' }),
    counted: 'framesPerSecond',
  },
  bytesPerSecond: { limits: { bytesPerSecond: 500 }, over: (_, ann) => asking(ann, { type: 'ping', bytes }) },
  principalFramesPerSecond: {
    limits: { principalFramesPerSecond: 1 },
    over: (_, ann) => asking(ann, { type: 'ping' }),
  },
  principalBytesPerSecond: {
    limits: { principalBytesPerSecond: 500 },
    over: (_, ann) => asking(ann, { type: 'ping', bytes }),
  },
  serverFramesPerSecond: { limits: { serverFramesPerSecond: 1 }, over: (_, ann) => asking(ann, { type: 'ping' }) },
  serverBytesPerSecond: {
    limits: { serverBytesPerSecond: 500 },
    over: (_, ann) => asking(ann, { type: 'ping', bytes }),
  },
  overRateFrames: {
    limits: { framesPerSecond: 1, framesBurst: 1, overRateFrames: 2 },
    over: (_, ann) => {
      for (let n = 0; n < 300; n++) ann.send({ type: 'ping' })
      return lastWord(ann)
    },
  },
  badFrames: {
    limits: { badFrames: 1 },
    over: (_, ann) => {
      for (let n = 0; n < 2; n++) ann.socket.send('no frame')
      return lastWord(ann)
    },
  },
  connections: { limits: { connections: 1 }, over: (home) => refusedHandshake(home) },
  principalConnections: { limits: { principalConnections: 1 }, over: (home) => refusedHandshake(home) },
  principalAttachments: { limits: { principalAttachments: 1 }, over: (_, ann) => opening(ann, 2) },
  serverAttachments: { limits: { serverAttachments: 1 }, over: (_, ann) => opening(ann, 2) },
  attachments: { limits: { attachments: 1 }, over: (_, ann) => opening(ann, 2) },
  sessions: { limits: { sessions: 1 }, over: (_, ann) => opening(ann, 2) },
  serverSessions: { limits: { serverSessions: 1 }, over: (_, ann) => opening(ann, 2) },
  principalTurns: { limits: { principalTurns: 1 }, over: turning },
  serverTurns: { limits: { serverTurns: 1 }, over: turning },
  principalWaitingInputs: { limits: { principalWaitingInputs: 1 }, over: waiting },
  serverWaitingInputs: { limits: { serverWaitingInputs: 1 }, over: waiting },
  waitingInputs: { limits: { waitingInputs: 1 }, over: waiting },
  helloMs: {
    limits: { helloMs: 60_000 },
    over: async (home, _, clock) => {
      const nobody = await home.connect()
      clock.skip(60_000)
      return lastWord(nobody)
    },
  },
  idleMs: {
    limits: { idleMs: 60_000 },
    over: (_, ann, clock) => {
      clock.skip(60_000)
      return lastWord(ann)
    },
  },
  sessionIdleMs: {
    limits: { sessionIdleMs: 400 },
    over: async (_, ann, clock) => {
      await ann.open()
      clock.skip(500)
      return ann.next('error')
    },
  },
  connectionMs: {
    limits: { connectionMs: 60_000, idleMs: 600_000 },
    over: (_, ann, clock) => {
      clock.skip(60_000)
      return lastWord(ann)
    },
  },
  metadataBytes: {
    limits: { metadataBytes: 100 },
    over: (_, ann) => ann.ask({ type: 'open', ch: 1, agent: 'echo', metadata: { bytes } }),
  },
  titleCharacters: {
    limits: { titleCharacters: 10 },
    over: async (_, ann) => {
      await ann.open()
      return ann.ask({ type: 'describe', ch: 1, metadata: { title: bytes } })
    },
  },
  forkBytes: {
    limits: { forkBytes: 10 },
    over: async (home, ann) =>
      (await home.post(`/v1/sessions/${await ann.open()}/fork`, { id: 'f', at: '1' }, ANN)).body,
  },
  schedules: {
    limits: { schedules: 1 },
    over: async (_, ann) => {
      await ann.open()
      return asking(ann, { type: 'schedule', ch: 1, everyMs: 3_600_000, text: 'Look' })
    },
  },
}

test.each(Object.entries(REACHED))(
  '[B11] over %s comes the code of its row, and it is counted',
  async (name, reach) => {
    const clock = new SkippingClock()
    const home = await house({ verifiers: [byHeader], limits: reach.limits, clock, heartbeatMs: 100 })
    const ann = await home.connect(ANN)
    expect(await ann.next('welcome')).toMatchObject({ limits: reach.limits })
    const row = LIMIT_ROWS[name as Refusing]
    expect(await reach.over(home, ann, clock)).toMatchObject({ code: row.over })
    const text = await (await fetch(`${home.url}/metrics`)).text()
    expect(text).toMatch(new RegExp(`^longwire_limits_reached_total\\{limit="${reach.counted ?? name}"\\} [1-9]`, 'm'))
  },
)
