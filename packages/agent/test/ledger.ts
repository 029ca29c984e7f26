import type { Answer, Commit, CommitType, EventOf } from '@longwire/protocol'
import { EVENTS } from '@longwire/protocol/schemas'
import type { AgentAnswer, AgentInput, Said, TurnEnd, TurnStart } from '../src/boundary/messages.ts'
import type { AgentHost, Run } from '../src/host/agent-host.ts'
import { turnOf } from './recorder.ts'

type Requested = EventOf<'control.requested'>

export interface LedgerOptions {
  readonly start?: Partial<TurnStart>
  /** What a person answers; undefined leaves the request open. */
  readonly answers?: (requested: Requested) => Answer | 'expired' | undefined
  /** What joins at the step that asks. */
  readonly steers?: Readonly<Record<string, readonly AgentInput[]>>
  readonly agents?: (agent: string, text: string, call: string) => AgentAnswer
}

/** What a run does and says, as the test wants to see it. */
export interface LedgerRun {
  readonly run: Run
  readonly said: Said[]
  readonly end: Promise<TurnEnd | 'cut'>
}

/**
 * A session as small as can be: it keeps the commits of a turn, settles requests, and begins the turn again from what
 * it kept when the run is cut.
 */
export class Ledger {
  readonly log: Commit[] = []
  readonly #host: AgentHost
  readonly #agent: string
  readonly #options: LedgerOptions
  /** How many things were written: each is a place to cut. */
  writes = 0
  attempts = 0

  constructor(host: AgentHost, agent: string, options: LedgerOptions = {}) {
    this.#host = host
    this.#agent = agent
    this.#options = options
  }

  /** Runs the turn to its end, cut after each of these writes (or before it is in the log, where it is negative). */
  async play(...cuts: readonly number[]): Promise<{ readonly end: TurnEnd; readonly runs: readonly LedgerRun[] }> {
    const runs: LedgerRun[] = []
    for (;;) {
      const run = this.start(cuts)
      runs.push(run)
      const end = await run.end
      if (end !== 'cut') return { end, runs }
    }
  }

  start(cuts: readonly number[] = [], over: Partial<TurnStart> = {}): LedgerRun {
    const end = Promise.withResolvers<TurnEnd | 'cut'>()
    const said: Said[] = []
    let items = 0
    let isOver = false
    const cut = () => {
      isOver = true
      run.cancel('the node died')
      end.resolve('cut')
    }
    /** Writes, and tells whether the run goes on. */
    const write = (...commits: readonly object[]): boolean => {
      const n = ++this.writes
      if (cuts.includes(-n)) cut()
      else this.#append(commits)
      if (cuts.includes(n)) cut()
      return !isOver
    }
    const settle = (requested: Requested) => {
      const answer = this.#options.answers?.(requested)
      if (answer === undefined || this.of('control.settled').some(({ request }) => request === requested.request))
        return
      const settled =
        answer === 'expired' ? ({ outcome: 'expired' } as const) : ({ outcome: 'answered', answer, by: 'ann' } as const)
      const { request, turn, step } = requested
      if (write({ type: 'control.settled', at: 0, turn, step, request, ...settled })) run.settled(request, settled)
    }
    const take = (item: Said): void => {
      if (isOver) return
      said.push(item)
      switch (item.type) {
        case 'add':
          run.credit(Buffer.byteLength(item.escaped))
          break
        case 'commit': {
          const commits = item.commits.map(({ json }) => JSON.parse(json) as Commit)
          if (!write(...commits)) return
          run.stored(++items)
          for (const commit of commits) if (commit.type === 'control.requested') settle(commit)
          break
        }
        case 'take': {
          const before = new Set(this.of('input.applied').map(({ input }) => input))
          const inputs = (this.#options.steers?.[item.step] ?? []).filter(({ input }) => !before.has(input))
          const turn = this.log[0]!.turn!
          const applied = inputs.map(({ input }) => ({ type: 'input.applied', at: 0, turn, step: item.step, input }))
          if (applied.length === 0 || write(...applied)) run.steer(inputs)
          break
        }
        case 'call-agent':
          run.agentSaid(item.n, this.#options.agents!(item.agent, item.text, item.call))
          break
        case 'end':
          isOver = true
          end.resolve(item.end)
          break
      }
    }
    const start = turnOf(this.#agent, 'hello', { ...this.#options.start, ...over })
    this.#append([
      { type: 'turn.started', at: 0, turn: start.turn, cause: start.cause, inputs: [], attempt: ++this.attempts },
    ])
    const joined = Object.values(this.#options.steers ?? {}).flat()
    const run = this.#host.start(
      { ...start, attempt: this.attempts, joined, recorded: this.log.slice(0, -1) },
      {
        said: (items) => items.forEach(take),
        died: (_code, _message) => end.resolve('cut'),
      },
    )
    // What was asked and not answered before the run was cut may be answered now.
    const open = this.of('control.requested')
    setImmediate(() => {
      for (const requested of open) if (!isOver) settle(requested)
    })
    return { run, said, end: end.promise }
  }

  of<T extends CommitType>(type: T): readonly EventOf<T>[] {
    return this.log.filter((commit): commit is EventOf<T> => commit.type === type)
  }

  /** What was said and done, without times and attempts, in an order that does not tell who was faster. */
  get history(): readonly string[] {
    return this.log
      .filter(({ type }) => type !== 'turn.started' && type !== 'step.rolledback')
      .map(({ seq: _, at: __, ...commit }) => JSON.stringify(commit, withoutTimes))
      .sort()
  }

  #append(commits: readonly object[]): void {
    for (const commit of commits) {
      const seq = this.log.length + 1
      this.log.push(EVENTS[(commit as Commit).type].parse({ ...commit, seq }) as Commit)
    }
  }
}

const TIMES = new Set(['tookMs', 'startedAt', 'until', 'expiresAt', 'next'])

function withoutTimes(key: string, value: unknown): unknown {
  if (TIMES.has(key)) return undefined
  return typeof value === 'string' ? value.replace(/Waiting until \S+/, 'Waiting until …') : value
}
