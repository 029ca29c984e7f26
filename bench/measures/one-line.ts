import { rm } from 'node:fs/promises'
import type { Return } from '../load/returning-process.ts'
import type { Child } from '../process/child.ts'
import type { Measure, Row } from '../report.ts'
import { PAGE_AGENT, startLongwire, startReturning, temporaryData } from './contestants.ts'

const SESSIONS = [1, 100, 1_000]
const WARM = 20
const EVENTS = 20
/** One line asks for a thousand turns in less than a second here: no user does. */
const NO_RATE = { framesPerSecond: 100_000, framesBurst: 100_000 }

interface Cost {
  readonly [what: string]: number
}

/** What is measured of either, and in what. */
const UNITS = {
  'memory of the server': 'KiB',
  'memory of the client': 'KiB',
  'a turn in each': 'server CPU-ms',
  'a turn in each, the wire': 'KiB',
  'coming back': 'ms',
  'coming back, the server': 'CPU-ms',
  'coming back, the wire': 'KiB',
} as const satisfies Readonly<Record<string, string>>

export const oneLine: Measure = {
  name: 'one-line',
  title: 'Many sessions on one line',
  columns: ['one line', 'a line each'],
  meaning: `So many sessions of one client on its one line, beside as many clients with a line and a session each; all clients are one
process. Memory is what the resident memory of either process grew by when they were opened, after garbage collection: for one session it is
below what can be told. A turn says ${EVENTS} events, in some sessions at a time, asked for by another client on one line of its own, whose bytes do
not count and whose share of the server's CPU, like the agent's, is in both columns. Coming back: the lines are cut when the turns have ended;
from the moment at which they may dial again, to the last session that is attached and has everything.`,
  run: async (pace) => {
    const rows: Row[] = []
    for (const sessions of pace.isQuick ? SESSIONS.slice(0, 2) : SESSIONS) {
      const one = await costOf({ clients: 1, sessionsEach: sessions })
      const each = await costOf({ clients: sessions, sessionsEach: 1 })
      pace.say(`${sessions}: ${JSON.stringify({ one, each })}`)
      for (const [what, unit] of Object.entries(UNITS)) {
        const [longwire, peer] = [one[what]!, each[what]!]
        const ratio = longwire > 0 && peer > 0 ? { ratio: longwire / peer } : {}
        rows.push({ what: `${sessions.toLocaleString('en-US')}: ${what}`, unit, longwire, peer, ...ratio })
      }
    }
    return rows
  },
}

async function costOf(layout: { readonly clients: number; readonly sessionsEach: number }): Promise<Cost> {
  const data = await temporaryData()
  const server = await startLongwire(data, [PAGE_AGENT], { limits: NO_RATE })
  const load = await startReturning()
  try {
    const port = await server.ask<number>('port')
    await warmUp(load, port)
    const before = await memoryOf(server, load)
    await load.ask('open', { port, ...layout })
    const after = await memoryOf(server, load)
    const turn = await spending(server, load, () => load.ask('say', { port, events: EVENTS }))
    await load.ask('cut')
    const back = await spending(server, load, () => load.ask<Return>('comeBack'))
    return {
      'memory of the server': (after.server - before.server) / 1_024,
      'memory of the client': (after.client - before.client) / 1_024,
      'a turn in each': turn.cpu / 1_000,
      'a turn in each, the wire': turn.bytes / 1_024,
      'coming back': Math.max(...back.value.ms),
      'coming back, the server': back.cpu / 1_000,
      'coming back, the wire': back.bytes / 1_024,
    }
  } finally {
    for (const child of [load, server]) await child.stop()
    await rm(data, { recursive: true })
  }
}

/** What the first sessions cost is the code that serves them, not they. */
async function warmUp(load: Child, port: number): Promise<void> {
  await load.ask('open', { port, clients: WARM, sessionsEach: 2 })
  await load.ask('say', { port, events: EVENTS })
  await load.ask('cut')
  await load.ask('comeBack')
  await load.ask('close')
}

async function memoryOf(server: Child, load: Child): Promise<{ readonly server: number; readonly client: number }> {
  return { server: await server.ask<number>('memory'), client: await load.ask<number>('memory') }
}

async function spending<T>(
  server: Child,
  load: Child,
  doing: () => Promise<T>,
): Promise<{ readonly value: T; readonly cpu: number; readonly bytes: number }> {
  const [cpu, bytes] = [await server.ask<number>('cpu'), await load.ask<number>('bytes')]
  const value = await doing()
  return { value, cpu: (await server.ask<number>('cpu')) - cpu, bytes: (await load.ask<number>('bytes')) - bytes }
}
