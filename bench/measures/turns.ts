import { rm } from 'node:fs/promises'
import { Reader } from '../load/reader.ts'
import { Child } from '../process/child.ts'
import type { Measure, Pace, Row } from '../report.ts'
import type { Reading } from '../servers/bare-model.ts'
import { sharedClock } from '../servers/speech.ts'
import type { Work } from '../servers/turn-agent.ts'
import { startLongwire, temporaryData } from './contestants.ts'
import { median } from './numbers.ts'

const TOKENS = [1, 200, 1_000]
const STEPS = [1, 10, 100]
const WARM_UP = 100

/** What one turn costs, as the median of the rounds. */
interface Cost {
  readonly ms: number
  readonly cpuMs: number
}

/** Makes ready to do the work so many times, one after the other; what it gives does, and answers how long each took. */
type Worker = (work: Work, times: number) => Promise<() => Promise<readonly number[]>>
type CostOf = (work: Work) => Promise<Cost>

export const turns: Measure = {
  name: 'turns',
  title: 'A turn and a step, beside the bare model',
  columns: ['longwire', 'bare model'],
  meaning: `A scripted model says so many tokens, each as soon as the one before was taken. Bare: a loop in one process reads them and
tells nobody. Longwire: \`turn.generate\` in the worker, the log, and one reader over a WebSocket; from sending the input to
reading \`turn.ended\`, each turn in a session of its own that is open already, one turn at a time. A real model takes much
longer over its tokens than either, so the difference in milliseconds is what a turn adds to it at most. CPU is that of the whole
process. A step does nothing but be recorded, and each begins when the one before is in the log.`,
  run: async (pace) => {
    const data = await temporaryData()
    const longwire = await startLongwire(data, [new URL('../servers/turn-agent.ts', import.meta.url)])
    const bare = await Child.start(new URL('../servers/bare-model.ts', import.meta.url))
    try {
      const port = await longwire.ask<number>('port')
      const turn: CostOf = (work) => costOf(longwire, (...asked) => readyTurns(port, ...asked), work, pace)
      const read: CostOf = (work) => costOf(bare, (...asked) => readyBare(bare, ...asked), work, pace)
      return [...(await tokenRows(pace, turn, read)), ...(await stepRows(pace, turn))]
    } finally {
      await Promise.all([longwire.stop(), bare.stop()])
      await rm(data, { recursive: true })
    }
  },
}

async function tokenRows(pace: Pace, turn: CostOf, read: CostOf): Promise<readonly Row[]> {
  const rows: Row[] = []
  for (const count of TOKENS) {
    const work: Work = { of: 'tokens', count }
    const [longwire, bare] = [await turn(work), await read(work)]
    pace.say(`${count} tokens: ${longwire.ms.toFixed(2)} ms, bare ${bare.ms.toFixed(2)} ms`)
    const what = `a turn of ${count.toLocaleString('en-US')} ${count === 1 ? 'token' : 'tokens'}`
    rows.push(
      { what, unit: 'ms', longwire: longwire.ms, peer: bare.ms, ratio: longwire.ms / bare.ms },
      { what, unit: 'CPU-ms', longwire: longwire.cpuMs, peer: bare.cpuMs, ratio: longwire.cpuMs / bare.cpuMs },
    )
  }
  return rows
}

async function stepRows(pace: Pace, turn: CostOf): Promise<readonly Row[]> {
  const costs: Cost[] = []
  for (const count of STEPS) costs.push(await turn({ of: 'steps', count }))
  pace.say(`${STEPS.join(', ')} steps: ${costs.map(({ ms }) => ms.toFixed(2)).join(', ')} ms`)
  const [first, last] = [costs[0]!, costs.at(-1)!]
  const further = STEPS.at(-1)! - STEPS[0]!
  return [
    ...STEPS.flatMap((count, index): Row[] => {
      const what = `a turn of ${count} ${count === 1 ? 'step' : 'steps'}`
      const { ms, cpuMs } = costs[index]!
      return [
        { what, unit: 'ms', longwire: ms },
        { what, unit: 'CPU-ms', longwire: cpuMs },
      ]
    }),
    { what: 'each further step', unit: 'ms', longwire: (last.ms - first.ms) / further },
    { what: 'each further step', unit: 'CPU-ms', longwire: (last.cpuMs - first.cpuMs) / further },
  ]
}

async function costOf(process: Child, worker: Worker, work: Work, pace: Pace): Promise<Cost> {
  await (await worker(work, pace.isQuick ? 20 : WARM_UP))()
  const rounds: Cost[] = []
  for (let round = 0; round < (pace.isQuick ? 1 : 5); round++) {
    const times = pace.isQuick ? 50 : 100
    const go = await worker(work, times)
    const before = await process.ask<number>('cpu')
    const took = await go()
    const after = await process.ask<number>('cpu')
    rounds.push({ ms: median(took), cpuMs: (after - before) / 1_000 / times })
  }
  return { ms: median(rounds.map(({ ms }) => ms)), cpuMs: median(rounds.map(({ cpuMs }) => cpuMs)) }
}

/** Opens a session for each turn. */
async function readyTurns(port: number, work: Work, times: number): ReturnType<Worker> {
  const reader = await Reader.open(port)
  for (let ch = 1; ch <= times; ch++) {
    const attached = reader.until('"type":"attached"')
    reader.say({ type: 'open', ch, agent: 'turns' })
    await attached
  }
  return async () => {
    const took: number[] = []
    for (let ch = 1; ch <= times; ch++) took.push(await turnMs(reader, ch, work))
    reader.close()
    return took
  }
}

async function turnMs(reader: Reader, ch: number, work: Work): Promise<number> {
  const begun = sharedClock()
  const ended = reader.until('"type":"turn.ended"')
  reader.say({ type: 'input', ch, text: JSON.stringify(work) })
  const { frame, at } = await ended
  if (!frame.includes('"outcome":"completed"')) throw new Error(`the turn did not complete: ${frame}`)
  return (at - begun) / 1_000
}

async function readyBare(bare: Child, { count }: Work, times: number): ReturnType<Worker> {
  return () => bare.ask<readonly number[]>('read', { tokens: count, times } satisfies Reading)
}
