import type {
  EventOf,
  Json,
  Metadata,
  Recovered,
  SessionEvent,
  SessionStatus,
  ToolDescription,
} from '@longwire/protocol'
import type { SessionView } from '@longwire/view'
import type { Auth, Credentials } from './auth/credentials.ts'
import { headersOf } from './auth/headers-of.ts'
import { errorOf, localError } from './longwire-error.ts'
import type { Outside } from './outside.ts'
import type { HistoryPage } from './session/session.ts'

/** What anyone may know of an agent. */
export interface AgentInfo {
  readonly name: string
  readonly description?: string
  readonly tools: readonly ToolDescription[]
  readonly inputModes: readonly string[]
  /** Questions to begin with. */
  readonly examples: readonly string[]
  /** The model it thinks with, as a person would name it. */
  readonly model?: string
}

export interface SessionInfo {
  readonly session: string
  readonly agent: string
  readonly status: SessionStatus
  readonly head: number
  readonly metadata: Metadata
  /** The beginning of what was said first; absent where nothing was. */
  readonly summary?: string
  readonly createdAt: number
  readonly updatedAt: number
}

/** One session, with what it waits for. */
export interface SessionDetail extends SessionInfo {
  /** Requests that wait for a person, oldest first. */
  readonly requests: readonly OpenRequest[]
}

/** A request of the agent as it was made. */
export type OpenRequest = Omit<EventOf<'control.requested'>, 'type' | 'seq' | 'at'>

export interface SessionsQuery {
  readonly agent?: string
  readonly status?: SessionStatus
  /** Only those whose title or beginning contains this, whatever the case. */
  readonly q?: string
  /** From the page before. */
  readonly cursor?: string
}

export interface ForkOptions {
  /** A place of the session; its head unless given. */
  readonly at?: string
  /** An id of your own for the fork; the server makes one unless given. */
  readonly session?: string
  /** Kept with the fork beside what is kept with the session. */
  readonly metadata?: Metadata
}

export interface ForkedSession {
  readonly session: string
  readonly agent: string
  readonly head: number
}

/** Events after a place. `snapshot`: the place lies too far back, or is not of this log. */
export interface EventPage {
  readonly events: readonly SessionEvent[]
  readonly place: string
  readonly log: string
  readonly recovered: Recovered
}

/** Whoever is asked over plain HTTP and says nothing for so long is not there: a line may be half-open here too. */
const SILENT_MS = 20_000

/** What is asked over plain HTTP: the lists, and what is too big for a frame. */
export class Doors {
  readonly #base: URL
  readonly #auth: Auth
  readonly #outside: Pick<Outside, 'fetch' | 'clock'>

  constructor(base: URL, auth: Auth | undefined, credentials: Credentials, outside: Pick<Outside, 'fetch' | 'clock'>) {
    this.#base = base
    this.#auth = auth ?? (() => credentials)
    this.#outside = outside
  }

  async agents(): Promise<readonly AgentInfo[]> {
    return (await this.#get<{ agents: readonly AgentInfo[] }>('v1/agents')).agents
  }

  async sessions(query: SessionsQuery): Promise<{ sessions: readonly SessionInfo[]; cursor?: string }> {
    const path = `v1/sessions${search({ ...query })}`
    const { sessions, cursor } = await this.#get<{ sessions: readonly SessionInfo[]; cursor?: string | null }>(path)
    return { sessions, ...(cursor ? { cursor } : {}) }
  }

  async session(id: string): Promise<SessionDetail> {
    return this.#get(`v1/sessions/${encodeURIComponent(id)}`)
  }

  async fork(session: string, id: string, options?: ForkOptions): Promise<ForkedSession> {
    return this.#ask(`v1/sessions/${encodeURIComponent(session)}/fork`, {
      method: 'POST',
      body: JSON.stringify({ ...options, id }),
    })
  }

  /** The turns before one that is named, or before those of this view. */
  async history(session: string, shown: SessionView, query: Query): Promise<Pick<HistoryPage, 'turns' | 'before'>> {
    const [first] = shown.turns
    if (query.before === undefined && first && shown.earlier === 0) return { turns: [] }
    const path = `v1/sessions/${encodeURIComponent(session)}/view${search({ before: first?.turn, ...query })}`
    const { turns, earlier } = await this.#get<SessionView>(path)
    return { turns, ...(earlier > 0 ? { before: turns[0]!.turn } : {}) }
  }

  /** What came after a place, a page at a time. */
  async events(session: string, query: Query): Promise<EventPage> {
    const page = await this.#get<EventPage>(`v1/sessions/${encodeURIComponent(session)}/events${search(query)}`)
    return { ...page, events: await Promise.all(page.events.map((event) => this.#whole(event))) }
  }

  async commit(href: string): Promise<SessionEvent> {
    return this.#get(href)
  }

  #whole(event: SessionEvent & { readonly href?: string }): SessionEvent | Promise<SessionEvent> {
    return event.href === undefined ? event : this.commit(event.href)
  }

  #get<T>(path: string): Promise<T> {
    return this.#ask(path)
  }

  async #ask<T>(path: string, asked: RequestInit = {}): Promise<T> {
    const url = new URL(path, this.#base)
    const { status, ok, text } = await this.#answer(url, asked)
    const body = parsed(text)
    if (ok && body) return body as T
    throw isError(body) ? errorOf(body) : localError('not_longwire', `${status} from ${url}`)
  }

  async #answer(url: URL, asked: RequestInit): Promise<{ status: number; ok: boolean; text: string }> {
    const { method = 'GET', body } = asked as { method?: string; body?: string }
    const who = await headersOf(await this.#auth(), { method, url: url.href, ...(body === undefined ? {} : { body }) })
    const accept = { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': 'application/json' }) }
    const headers = { ...accept, ...who }
    const silence = new AbortController()
    const { fetch, clock } = this.#outside
    let stopTimer = () => {}
    const heard = () => {
      stopTimer()
      stopTimer = clock.after(SILENT_MS, () => silence.abort())
    }
    try {
      heard()
      const response = await fetch(url, { ...asked, headers, signal: silence.signal })
      return { status: response.status, ok: response.ok, text: await textOf(response, heard) }
    } catch (cause) {
      throw localError('unreachable', url.origin, cause)
    } finally {
      stopTimer()
    }
  }
}

type Query = { readonly [name: string]: string | number | boolean | undefined }

function search(query: Query): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, `${value}`] as [string, string]],
  )
  return `?${new URLSearchParams(given)}`
}

/** The text of the answer. `heard` is called for each piece of it that comes. */
async function textOf(response: Response, heard: () => void): Promise<string> {
  heard()
  const reader = response.body?.getReader()
  if (!reader) return response.text()
  const decoder = new TextDecoder()
  for (let text = ''; ; ) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    heard()
    text += decoder.decode(value, { stream: true })
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function isError(body: unknown): body is Parameters<typeof errorOf>[0] {
  const { code, retry } = (body ?? {}) as Record<string, Json>
  return typeof code === 'string' && typeof retry === 'string'
}
