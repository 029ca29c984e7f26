import { rm } from 'node:fs/promises'
import { Reader } from '../load/reader.ts'
import type { Measure, Row } from '../report.ts'
import { startLongwire, temporaryData } from './contestants.ts'
import { median } from './numbers.ts'

const STEPS = [10, 100, 1_000]
const AGENT = new URL('../servers/recovery-agent.ts', import.meta.url)

/** Milliseconds. */
interface Recovered {
  /** From the server's readiness to the reader: the first event that was not there before, and the end of the turn. */
  readonly firstEvent: number
  readonly ended: number
  /** From `turn.started` to `turn.ended` of the attempt that recovered, as the log dates them. */
  readonly attempt: number
}

export const recovery: Measure = {
  name: 'recovery',
  title: 'Recovery of a turn',
  meaning: `A turn has recorded so many steps and is in its last one when its server is killed (\`SIGKILL\`); another is started on the
same data. From the moment at which that one is ready, to a reader that connects then and attaches where it was cut off: the first
event that is new to it, and \`turn.ended\`. A server begins to recover before it says that it is ready, so some of this is the
reader's own way there; the attempt alone is what the log says, from the \`turn.started\` of the second attempt to the end, in which the agent's function
runs again and its recorded steps answer from the log. The median of the rounds.`,
  run: async (pace) => {
    const rows: Row[] = []
    for (const steps of STEPS) {
      const rounds: Recovered[] = []
      for (let round = 0; round < (pace.isQuick ? 1 : 5); round++) rounds.push(await recover(steps))
      const ms = (of: keyof Recovered) => median(rounds.map((recovered) => recovered[of]))
      pace.say(`${steps} steps: ended after ${ms('ended').toFixed(1)} ms`)
      const after = `${steps.toLocaleString('en-US')} steps`
      rows.push(
        { what: `${after}, first new event`, unit: 'ms', longwire: ms('firstEvent') },
        { what: `${after}, end of the turn`, unit: 'ms', longwire: ms('ended') },
        { what: `${after}, the attempt alone`, unit: 'ms', longwire: ms('attempt') },
      )
    }
    return rows
  },
}

async function recover(steps: number): Promise<Recovered> {
  const data = await temporaryData()
  try {
    const cut = await cutInLastStep(data, steps)
    return await recoveredAfter(data, cut)
  } finally {
    await rm(data, { recursive: true })
  }
}

/** Where a reader was when the server died. */
interface Cut {
  readonly session: string
  readonly head: number
}

async function cutInLastStep(data: string, steps: number): Promise<Cut> {
  const server = await startLongwire(data, [AGENT])
  const reader = await Reader.open(await server.ask('port'))
  const attached = reader.until('"type":"attached"')
  reader.say({ type: 'open', ch: 1, agent: 'recovery' })
  const { session } = JSON.parse((await attached).frame) as { readonly session: string }
  const inLastStep = reader.until('at the last step')
  reader.say({ type: 'input', ch: 1, text: `${steps}` })
  const { seq } = JSON.parse((await inLastStep).frame) as { readonly seq: number }
  await server.kill()
  reader.close()
  return { session, head: seq }
}

async function recoveredAfter(data: string, { session, head }: Cut): Promise<Recovered> {
  const server = await startLongwire(data, [AGENT])
  try {
    const reader = await Reader.open(await server.ask('port'))
    const heard = [reader.until('"attempt":2'), reader.until('"type":"turn.ended"')] as const
    reader.say({ type: 'attach', ch: 1, session, after: `${head}` })
    const [started, ended] = await Promise.all(heard)
    reader.close()
    if (!ended.frame.includes('"outcome":"completed"')) throw new Error(`the turn did not recover: ${ended.frame}`)
    const readyAt = await server.ask<number>('readyAt')
    return {
      firstEvent: (started.at - readyAt) / 1_000,
      ended: (ended.at - readyAt) / 1_000,
      attempt: loggedAt(ended.frame) - loggedAt(started.frame),
    }
  } finally {
    await server.stop()
  }
}

function loggedAt(frame: string): number {
  return (JSON.parse(frame) as { readonly at: number }).at
}
