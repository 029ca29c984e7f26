import type { Measure, Row } from '../report.ts'
import { Contest, type Name } from './contestants.ts'

export const idleMemory: Measure = {
  name: 'memory',
  title: 'Memory of an idle attached session',
  meaning: `So many connections, each attached to a session of its own in which nothing happens, beside so many connections to raw ws.
What the resident memory of the server process grew by, after garbage collection, for each of them.`,
  run: async (pace) => {
    const rows: Row[] = []
    for (const connections of pace.isQuick ? [1_000] : [5_000, 10_000]) {
      const contest = await Contest.begin()
      try {
        const longwire = await kibibytesEach(contest, 'longwire', connections)
        const raw = await kibibytesEach(contest, 'raw ws', connections)
        const ratio = longwire / raw
        pace.say(`${connections}: longwire ${longwire.toFixed(1)} KiB, raw ws ${raw.toFixed(1)} KiB`)
        const aim = { text: '≤ 2×', isMet: ratio <= 2 }
        rows.push({
          what: `${connections.toLocaleString('en-US')} sessions`,
          unit: 'KiB each',
          longwire,
          peer: raw,
          ratio,
          aim,
        })
      } finally {
        await contest.end()
      }
    }
    return rows
  },
}

async function kibibytesEach(contest: Contest, name: Name, connections: number): Promise<number> {
  const server = contest.servers[name]
  // What the first connections cost is the code that serves them, not they.
  await contest.connect(name, 100)
  const before = await server.ask<number>('memory')
  await contest.connect(name, 100 + connections)
  const after = await server.ask<number>('memory')
  await contest.load.ask('disconnect')
  return (after - before) / connections / 1_024
}
