import type { Measure, Row } from '../report.ts'
import { Contest, type Name } from './contestants.ts'
import { median, quantile, seconds } from './numbers.ts'

const SESSIONS = 200
const PER_SECOND = 20

export const latency: Measure = {
  name: 'latency',
  title: 'Latency of a chunk',
  meaning: `${SESSIONS} sessions say ${PER_SECOND} events a second each. Each event carries the moment at which the agent said it;
the difference to the moment at which the load generator read it, on a clock that both share.`,
  run: async (pace) => {
    const contest = await Contest.begin()
    const rounds: Readonly<Record<Name, readonly number[]>>[] = []
    try {
      for (let round = 0; round < (pace.isQuick ? 1 : 3); round++) {
        const longwire = await listen(contest, 'longwire', pace.isQuick ? 2 : 6)
        rounds.push({ longwire, 'raw ws': await listen(contest, 'raw ws', pace.isQuick ? 2 : 6) })
      }
    } finally {
      await contest.end()
    }
    return [0.5, 0.99].map((q): Row => {
      const milliseconds = (name: Name) => median(rounds.map((round) => quantile(round[name], q) / 1_000))
      const [longwire, raw] = [milliseconds('longwire'), milliseconds('raw ws')]
      const aim = q === 0.5 ? { aim: { text: 'within 1 ms', isMet: longwire - raw <= 1 } } : {}
      return { what: `p${q * 100}`, unit: 'ms', longwire, peer: raw, ratio: longwire / raw, ...aim }
    })
  },
}

async function listen(contest: Contest, name: Name, forSeconds: number): Promise<readonly number[]> {
  await contest.connect(name, SESSIONS)
  await contest.load.ask('speak', { pace: 'timer', burst: 1, perSecond: PER_SECOND })
  await seconds(1.5)
  const latencies = await contest.load.ask<readonly number[]>('time', forSeconds)
  await contest.load.ask('hush')
  await contest.load.ask('disconnect')
  return latencies
}
