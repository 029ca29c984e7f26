import type { Commit, CommitType, EventOf, FailureCode } from '@longwire/protocol'
import { EVENTS } from '@longwire/protocol/schemas'
import type { AgentInput, Said, TurnEnd, TurnStart } from '../src/boundary/messages.ts'
import type { Agent } from '../src/define-agent.ts'
import type { AgentHost, Run, RunListener } from '../src/host/agent-host.ts'
import { InProcessHost, type InProcessHostOptions } from '../src/host/in-process-host.ts'

/** A turn of agent `agent` that was asked `text`. */
export function turnOf(agent: string, text = 'hello', over: Partial<TurnStart> = {}): TurnStart {
  return {
    session: 'ses_1',
    turn: 't1',
    agent,
    attempt: 1,
    cause: 'input',
    principal: 'ann',
    metadata: {},
    inputs: [asked(text)],
    history: [],
    recorded: [],
    ...over,
  }
}

export function asked(text: string): AgentInput {
  return { input: `i-${text}`, delivery: 'queue', text, by: 'ann' }
}

export type Ending = TurnEnd | { readonly outcome: 'died'; readonly code: FailureCode; readonly message: string }

export interface RecorderOptions {
  /** Whether drafts are taken as they come; else the run has its first credit and no more. */
  readonly takesDrafts?: boolean
  readonly stores?: boolean
  /** What each `take` gets, one after the other; nothing past the end. */
  readonly steers?: readonly (readonly AgentInput[])[]
}

/** Stands where a session stands: takes what a run says, keeps all of it, and answers as a session does. */
export class Recorder implements RunListener {
  readonly said_: Said[] = []
  /** What came in one call each. */
  readonly batches: (readonly Said[])[] = []
  readonly ending: Promise<Ending>
  readonly run: Run
  #end!: (ending: Ending) => void
  #items = 0
  #takes = 0
  readonly #options: RecorderOptions
  #watchers: (() => void)[] = []

  constructor(host: Pick<AgentHost, 'start'>, start: TurnStart, options: RecorderOptions = {}) {
    this.#options = options
    this.ending = new Promise((resolve) => {
      this.#end = resolve
    })
    this.run = host.start(start, this)
  }

  said(said: readonly Said[]): void {
    this.batches.push(said)
    for (const item of said) this.#take(item)
    for (const watcher of this.#watchers) watcher()
  }

  died(code: FailureCode, message: string): void {
    this.#end({ outcome: 'died', code, message })
  }

  /** Resolves when what was said so far fulfils `condition`. */
  async until(condition: (recorder: this) => boolean): Promise<void> {
    if (condition(this)) return
    await new Promise<void>((resolve) => {
      this.#watchers.push(() => {
        if (condition(this)) resolve()
      })
    })
  }

  /** The commits so far, each checked against the schema of its event. */
  get commits(): readonly Commit[] {
    return this.said_
      .flatMap((item) => (item.type === 'commit' ? item.commits : []))
      .map(({ type, json }, i) => EVENTS[type].parse({ seq: i + 1, ...JSON.parse(json) }) as Commit)
  }

  of<T extends CommitType>(type: T): readonly EventOf<T>[] {
    return this.commits.filter((commit): commit is EventOf<T> => commit.type === type)
  }

  /** The types of the commits, item by item. */
  get items(): readonly (readonly string[])[] {
    return this.said_.flatMap((item) => (item.type === 'commit' ? [item.commits.map(({ type }) => type)] : []))
  }

  /** All drafts, each with its head and its pieces. */
  get drafts(): readonly { readonly head: Record<string, string>; readonly pieces: readonly string[] }[] {
    return this.said_.flatMap((item) =>
      item.type === 'open'
        ? [
            {
              head: item.head as never,
              pieces: this.said_.flatMap((add) =>
                add.type === 'add' && add.draft === item.draft ? [JSON.parse(`"${add.escaped}"`) as string] : [],
              ),
            },
          ]
        : [],
    )
  }

  /** What each progress said, checked against the schema of its event. */
  get progress(): readonly EventOf<'trace.progress'>[] {
    return this.said_.flatMap((item) =>
      item.type === 'progress' ? [EVENTS['trace.progress'].parse({ seq: 1, sub: 1, ...JSON.parse(item.json) })] : [],
    )
  }

  #take(item: Said): void {
    this.said_.push(item)
    const { takesDrafts = true, stores = true, steers = [] } = this.#options
    if (item.type === 'add' && takesDrafts) this.run.credit(Buffer.byteLength(item.escaped))
    if (item.type === 'commit' && stores) this.run.stored(++this.#items)
    if (item.type === 'take') this.run.steer(steers[this.#takes++] ?? [])
    if (item.type === 'end') this.#end(item.end)
  }
}

/** Runs one turn of `agent` in this thread, up to its end. */
export async function play(
  agent: Agent,
  options: RecorderOptions & {
    readonly host?: InProcessHostOptions
    readonly start?: Partial<TurnStart>
    text?: string
  } = {},
): Promise<Recorder & { readonly end: Ending }> {
  const host = await InProcessHost.open([agent], options.host)
  const recorder = new Recorder(host, turnOf(agent.name, options.text, options.start), options)
  const end = await recorder.ending
  return Object.assign(recorder, { end })
}

/** A clock that stands still; what sleeps wakes at once, and is remembered. */
export function stillClock(random = 0.5) {
  const slept: number[] = []
  const clock = {
    now: () => 1_000,
    random: () => random,
    sleep: async (ms: number, signal?: AbortSignal) => {
      // A timeout that does not come: it waits for its signal.
      if (ms >= 60_000) return new Promise<void>((resolve) => signal?.addEventListener('abort', () => resolve()))
      slept.push(ms)
    },
  }
  return { clock, slept }
}
