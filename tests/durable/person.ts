import type { Commit, EventOf } from '@longwire/protocol'
import type { SessionView } from '@longwire/view'
import type { FoldReader, Page } from './fold-reader.ts'

/** Where a person finds the server, which may die and come back elsewhere. */
export interface Home {
  /** Resolves once there is a server. */
  line(): Promise<Line>
}

export interface Line {
  readonly url: string
  /** Aborts when the server dies. */
  readonly cut: AbortSignal
}

export interface Answered {
  readonly type: string
  readonly code?: string
  readonly [field: string]: unknown
}

const PATIENCE_MS = 15_000

type AnswerFields = Readonly<Record<string, unknown>>

/**
 * Somebody who talks to one session over HTTP and does not mind that the server dies: what had no answer is said again,
 * under the same id.
 */
export class Person {
  readonly commits: Commit[] = []
  readonly #home: Home
  readonly #answered = new Set<string>()
  #session = ''
  #place = '0'

  private constructor(home: Home) {
    this.#home = home
  }

  /** `id` names the opening, so that it is one session however often it is said. */
  static async open(home: Home, agent: string, id: string): Promise<Person> {
    const person = new Person(home)
    person.#session = String((await person.#post('/v1/sessions', { agent, id })).session)
    return person
  }

  get session(): string {
    return this.#session
  }

  /** The same person with another device, which has read nothing yet. */
  again(): Person {
    return this.of(this.#session)
  }

  /** The same person in another session. */
  of(session: string): Person {
    const other = new Person(this.#home)
    other.#session = session
    return other
  }

  say(command: AnswerFields & { readonly type: string; readonly id: string }): Promise<Answered> {
    return this.#post(`/v1/sessions/${this.#session}/commands`, command)
  }

  /** Reads on until this holds of all commits so far. Each request that comes is answered once, with what `answer` says. */
  async until(
    holds: (commits: readonly Commit[]) => boolean,
    answer: (request: EventOf<'control.requested'>) => AnswerFields | undefined = () => undefined,
  ): Promise<void> {
    const end = performance.now() + PATIENCE_MS
    for (;;) {
      await this.#answer(answer)
      if (holds(this.commits)) return
      if (performance.now() > end) throw new Error(`nothing more comes:\n${this.commits.map(lineOf).join('\n')}`)
      await this.#read(1)
    }
  }

  /** The view as the server has it, whole. */
  async view(): Promise<SessionView> {
    return (await this.#get(`/v1/sessions/${this.#session}/view?trace=debug&turns=200`)) as SessionView
  }

  /** Has the reader take what it has missed. */
  async show(reader: FoldReader): Promise<void> {
    reader.take((await this.#get(`/v1/sessions/${this.#session}/events?${reader.query}`)) as Page)
  }

  async #answer(answer: (request: EventOf<'control.requested'>) => AnswerFields | undefined): Promise<void> {
    for (const commit of this.commits) {
      if (commit.type !== 'control.requested' || this.#answered.has(commit.request)) continue
      const given = answer(commit)
      if (!given) continue
      this.#answered.add(commit.request)
      await this.say({ type: 'answer', id: `answer-${commit.request}`, request: commit.request, ...given })
    }
  }

  async #read(wait: number): Promise<void> {
    const query = new URLSearchParams({ after: this.#place, trace: 'debug', wait: String(wait) })
    const page = (await this.#get(`/v1/sessions/${this.#session}/events?${query}`)) as {
      events: (Commit & { sub?: number })[]
      place: string
    }
    this.commits.push(...page.events.filter(({ sub }) => sub === undefined))
    this.#place = page.place
  }

  #get(path: string): Promise<unknown> {
    return this.#ask(path, { headers: { accept: 'application/json' } })
  }

  async #post(path: string, body: object): Promise<Answered> {
    const headers = { 'content-type': 'application/json' }
    return (await this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body) })) as Answered
  }

  /** Asks until somebody answers who is not about to die. */
  async #ask(path: string, init: RequestInit): Promise<unknown> {
    for (;;) {
      const { url, cut } = await this.#home.line()
      try {
        const response = await fetch(`${url}${path}`, { ...init, signal: cut })
        const body = (await response.json()) as Answered
        if (response.status < 500) return body
        if (body.code !== 'store_unavailable' && body.code !== 'going_away') throw new Error(JSON.stringify(body))
      } catch (error) {
        if (!cut.aborted && !(error instanceof TypeError || error instanceof SyntaxError)) throw error
      }
      // The line broke: the next server has another address, and is waited for.
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }
}

function lineOf(commit: Commit): string {
  return JSON.stringify(commit).slice(0, 200)
}
