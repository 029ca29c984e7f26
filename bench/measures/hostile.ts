import { rm } from 'node:fs/promises'
import { Child } from '../process/child.ts'
import type { Measure, Row } from '../report.ts'
import { SPEAKER, startLoad, startLongwire, temporaryData } from './contestants.ts'
import { median, quantile, seconds } from './numbers.ts'

const HONEST = 100
const HOSTILE = 1_000
const PER_SECOND = 20

export const hostile: Measure = {
  name: 'hostile',
  title: 'Latency of a chunk beside a thousand connections that mean no good',
  columns: ['beside them', 'without'],
  meaning: `${HONEST} sessions say ${PER_SECOND} events a second each, timed as above. ${HOSTILE} connections of another process trickle their handshake,
show tickets that are none, send 20 frames a second of no meaning, or ask 20 times a second and do not read; whoever is shown
out comes back. All three processes share the machine. The median of the rounds.`,
  run: async (pace) => {
    const data = await temporaryData()
    const server = await startLongwire(data, [SPEAKER])
    const load = await startLoad()
    const windowSeconds = pace.isQuick ? 3 : 6
    const rounds: { readonly alone: readonly number[]; readonly beside: readonly number[] }[] = []
    try {
      const port = await server.ask<number>('port')
      for (let round = 0; round < (pace.isQuick ? 1 : 3); round++) {
        const alone = await latenciesOf(load, port, windowSeconds)
        const others = await Child.start(new URL('../load/hostile-process.ts', import.meta.url))
        await others.ask('begin', { port, connections: HOSTILE })
        await seconds(2)
        const beside = await latenciesOf(load, port, windowSeconds)
        pace.say(`what they did: ${JSON.stringify(await others.ask('end'))}`)
        await others.kill()
        rounds.push({ alone, beside })
      }
    } finally {
      await load.stop()
      await server.stop()
      await rm(data, { recursive: true })
    }
    return [0.5, 0.99].map((q): Row => {
      const ms = (which: 'alone' | 'beside') => median(rounds.map((round) => quantile(round[which], q) / 1_000))
      const [longwire, peer] = [ms('beside'), ms('alone')]
      return { what: `p${q * 100}`, unit: 'ms', longwire, peer, ratio: longwire / peer }
    })
  },
}

async function latenciesOf(load: Child, port: number, forSeconds: number): Promise<readonly number[]> {
  await load.ask('connect', { port, connections: HONEST, sessionsPerConnection: 1 })
  await load.ask('speak', { pace: 'timer', burst: 1, perSecond: PER_SECOND })
  await seconds(1.5)
  const latencies = await load.ask<readonly number[]>('time', forSeconds)
  await load.ask('hush')
  await load.ask('disconnect')
  return latencies
}
