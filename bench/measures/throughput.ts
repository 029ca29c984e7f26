import type { Counts } from '../load/load.ts'
import type { Measure, Pace, Row } from '../report.ts'
import { PIECES_OF_A_MESSAGE } from '../servers/speech.ts'
import { Contest, type Name } from './contestants.ts'
import { median, seconds } from './numbers.ts'

interface Setting {
  readonly sessions: number
  readonly connections: number
  readonly burst: number
  /** The ratio that is aimed at. */
  readonly aim?: number
}

const SETTINGS: readonly Setting[] = [
  { sessions: 1, connections: 1, burst: 1 },
  { sessions: 50, connections: 50, burst: 1, aim: 1 },
  { sessions: 500, connections: 500, burst: 1, aim: 1 },
  { sessions: 50, connections: 1, burst: 1 },
  { sessions: 500, connections: 1, burst: 1 },
  { sessions: 1, connections: 1, burst: 16 },
  { sessions: 50, connections: 50, burst: 16, aim: 5 },
  { sessions: 500, connections: 500, burst: 16, aim: 5 },
  { sessions: 50, connections: 1, burst: 16 },
  { sessions: 500, connections: 1, burst: 16 },
]

export const throughput: Measure = {
  name: 'throughput',
  title: 'Chunk events a second for each CPU-second of the server',
  meaning: `Every session speaks as fast as its reader takes it: one event in each turn of its agent's event loop, or sixteen.
Events are counted where they arrive, as frames; CPU is that of the whole server process, all threads, in user code and in the
kernel. A tick is one of the agent's: while Longwire's socket thread is busy, what the agent said in several of them leaves in one
write, and that is much of what it gains here over raw ws, which writes each event by itself. Every ${PIECES_OF_A_MESSAGE} events Longwire commits a message to its log. The two servers take turns, and the ratio is the
median of the rounds' ratios.`,
  run: async (pace) => {
    const rows: Row[] = []
    for (const setting of SETTINGS) rows.push(await compare(setting, pace))
    return rows
  },
}

async function compare(setting: Setting, pace: Pace): Promise<Row> {
  const { sessions, connections, burst, aim } = setting
  const contest = await Contest.begin()
  const rounds: Readonly<Record<Name, number>>[] = []
  try {
    for (let round = 0; round < (pace.isQuick ? 1 : 3); round++) {
      const longwire = await eventsForCpuSecond(contest, 'longwire', setting, pace)
      rounds.push({ longwire, 'raw ws': await eventsForCpuSecond(contest, 'raw ws', setting, pace) })
    }
  } finally {
    await contest.end()
  }
  const ratio = median(rounds.map((round) => round.longwire / round['raw ws']))
  const over = connections === sessions ? 'a connection each' : 'one connection'
  return {
    what: `${sessions} ${sessions === 1 ? 'session' : `sessions, ${over}`}, ${burst === 1 ? 'one event' : `${burst} events`} a tick`,
    unit: 'events/CPU-s',
    longwire: median(rounds.map((round) => round.longwire)),
    peer: median(rounds.map((round) => round['raw ws'])),
    ratio,
    ...(aim === undefined ? {} : { aim: { text: `≥ ${aim}×`, isMet: ratio >= aim } }),
  }
}

async function eventsForCpuSecond(contest: Contest, name: Name, setting: Setting, pace: Pace): Promise<number> {
  const { sessions, connections, burst } = setting
  const server = contest.servers[name]
  await contest.connect(name, connections, sessions / connections)
  await contest.load.ask('speak', { pace: 'ticks', burst, perSecond: 0 })
  await seconds(pace.isQuick ? 0.5 : 1)
  const [cpuBefore, before] = [await server.ask<number>('cpu'), await contest.load.ask<Counts>('counts')]
  const windowSeconds = pace.isQuick ? 1.5 : 3
  await seconds(windowSeconds)
  const [cpuAfter, after] = [await server.ask<number>('cpu'), await contest.load.ask<Counts>('counts')]
  await contest.load.ask('hush')
  await contest.load.ask('disconnect')
  const events = after.drafts - before.drafts
  const cpuSeconds = (cpuAfter - cpuBefore) / 1_000_000
  pace.say(
    `${name}: ${sessions}/${connections} × ${burst}: ${Math.round(events / windowSeconds)} events/s, ` +
      `${(cpuSeconds / windowSeconds).toFixed(2)} CPUs, ${Math.round(events / cpuSeconds)} events/CPU-s`,
  )
  return events / cpuSeconds
}
