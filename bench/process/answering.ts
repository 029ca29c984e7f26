import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** What one process asks another, and how it is answered. */
export interface Question {
  readonly n: number
  readonly question: string
  readonly value: unknown
}

export interface Answer {
  readonly n: number
  readonly value?: unknown
  readonly fault?: string
}

// biome-ignore lint/suspicious/noExplicitAny: each question has a value of its own
export type Answers = Readonly<Record<string, (value: any) => unknown>>

/** Answers the questions of the process that started this one, until it lets go. */
export function answering(answers: Answers): void {
  const all: Answers = { ready: () => undefined, ...answers }
  process.on('message', async ({ n, question, value }: Question) => {
    try {
      const answer = all[question]
      if (!answer) throw new Error(`nobody answers ${question}`)
      process.send!({ n, value: await answer(value) } satisfies Answer)
    } catch (error) {
      process.send!({
        n,
        fault: error instanceof Error ? (error.stack ?? error.message) : String(error),
      } satisfies Answer)
    }
  })
  process.on('disconnect', () => process.exit())
}

/** What every server under test says of itself. */
export const VITALS: Answers = {
  /** Microseconds of CPU that the whole process has used, all threads, in user code and in the kernel. */
  cpu: () => {
    const { user, system } = process.cpuUsage()
    return user + system
  },
  /** Bytes of resident memory, once what can be collected is. */
  memory: async () => {
    setFlagsFromString('--expose-gc')
    const gc = runInNewContext('gc') as NodeJS.GCFunction
    for (let round = 0; round < 5; round++) {
      await new Promise((resolve) => setTimeout(resolve, 100))
      await gc({ type: 'major', flavor: 'last-resort', execution: 'async' })
    }
    return process.memoryUsage.rss()
  },
}
