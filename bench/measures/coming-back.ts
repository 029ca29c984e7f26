import { rm } from 'node:fs/promises'
import type { Return } from '../load/returning-process.ts'
import { Child } from '../process/child.ts'
import type { Measure, Pace, Row } from '../report.ts'
import { PAGE_AGENT, startLongwire, startReturning, temporaryData } from './contestants.ts'
import { median } from './numbers.ts'

const HEARD_BY_ONE = 1_000
const MISSED_BY_ONE = [0, 10, 100, 1_000, 10_000]
const CROWD = 500
const HEARD_BY_CROWD = 100
const MISSED_BY_CROWD = 100

interface Coming {
  readonly clients: number
  /** Events that each had before its line was cut. */
  readonly heard: number
  /** Events that were said while it was. */
  readonly missed: number
}

interface Sample {
  readonly longwire: Return & { readonly cpu: number }
  readonly raw: Return & { readonly cpu: number }
}

export const comingBack: Measure = {
  name: 'coming-back',
  title: 'From reconnect to caught up',
  meaning: `Clients of \`@longwire/client\`, each with a session of its own, are cut without a word; meanwhile a turn says so many events, and
ends. From the moment at which they may dial again, with no wait for chance, to the moment at which the view has everything: the
handshake, the welcome, the attaching at its place, what was missed, and folding it. Bytes are all those of the TCP connection, both ways.
Raw ws has no way to come back, so it says again all that it ever said (${HEARD_BY_ONE.toLocaleString('en-US')} events before the cut to one client, ${HEARD_BY_CROWD} to each of the ${CROWD}, and
what was missed), over a plain WebSocket to a client that only parses it and joins the text. All clients are one process. The median of the rounds.`,
  run: async (pace) => {
    const rounds = pace.isQuick ? 1 : 3
    const rows: Row[] = []
    for (const missed of MISSED_BY_ONE) {
      const samples = await sample({ clients: 1, heard: HEARD_BY_ONE, missed }, pace, rounds)
      const what = `1 client, ${missed.toLocaleString('en-US')} events missed`
      rows.push(
        row(what, 'ms', samples, ({ ms }) => ms[0]!),
        row(what, 'KiB', samples, ({ bytes }) => bytes / 1_024),
      )
    }
    const crowd = { clients: CROWD, heard: HEARD_BY_CROWD, missed: MISSED_BY_CROWD }
    const samples = await sample(crowd, pace, rounds)
    const what = `${CROWD} clients at once, ${MISSED_BY_CROWD} events missed by each`
    rows.push(
      row(`${what}, half are there`, 'ms', samples, ({ ms }) => median(ms)),
      row(`${what}, all are there`, 'ms', samples, ({ ms }) => Math.max(...ms)),
      row(what, 'KiB each', samples, ({ bytes }) => bytes / CROWD / 1_024),
      row(what, 'CPU-ms each', samples, ({ cpu }) => cpu / CROWD / 1_000),
    )
    return rows
  },
}

function row(
  what: string,
  unit: string,
  samples: readonly Sample[],
  of: (came: Return & { readonly cpu: number }) => number,
): Row {
  const longwire = median(samples.map((sample) => of(sample.longwire)))
  const peer = median(samples.map((sample) => of(sample.raw)))
  return { what, unit, longwire, peer, ratio: median(samples.map((sample) => of(sample.longwire) / of(sample.raw))) }
}

/** The same readers are cut in each round, after one that is not counted: code that never ran is slow. */
async function sample(coming: Coming, pace: Pace, rounds: number): Promise<readonly Sample[]> {
  const data = await temporaryData()
  const server = await startLongwire(data, [PAGE_AGENT])
  const raw = await Child.start(new URL('../servers/raw-ws.ts', import.meta.url))
  const load = await startReturning()
  try {
    const samples: Sample[] = []
    for (let round = 0; round <= rounds; round++) {
      const one = { longwire: await comeBack(server, load, coming), raw: await tellAgain(raw, load, coming) }
      if (round > 0) samples.push(one)
    }
    pace.say(
      `${coming.clients} × ${coming.missed} missed: ${samples.map(({ longwire }) => Math.max(...longwire.ms).toFixed(1))} ms`,
    )
    return samples
  } finally {
    for (const child of [load, raw, server]) await child.stop()
    await rm(data, { recursive: true })
  }
}

async function comeBack(server: Child, load: Child, { clients, heard, missed }: Coming): Promise<Sample['longwire']> {
  const port = await server.ask<number>('port')
  await load.ask('open', { port, clients, sessionsEach: 1 })
  await load.ask('say', { port, events: heard })
  await load.ask('cut')
  await load.ask('say', { port, events: missed })
  const came = await spending(server, () => load.ask<Return>('comeBack'))
  await load.ask('close')
  return came
}

async function tellAgain(raw: Child, load: Child, { clients, heard, missed }: Coming): Promise<Sample['raw']> {
  const port = await raw.ask<number>('port')
  return spending(raw, () => load.ask<Return>('tellAgain', { port, clients, events: heard + missed }))
}

async function spending(server: Child, doing: () => Promise<Return>): Promise<Return & { readonly cpu: number }> {
  const before = await server.ask<number>('cpu')
  const came = await doing()
  return { ...came, cpu: (await server.ask<number>('cpu')) - before }
}
