import type { Clock } from '../clock.ts'
import { McpConnection, McpForgotten, type McpTool, McpUnavailable } from './mcp-connection.ts'
import { CONNECTIONS, type McpServerOptions, taken } from './mcp-options.ts'

export interface McpServerEvents {
  process(pid: number, isAlive: boolean): void
  printed(server: string, line: string): void
}

interface Place {
  readonly connection: McpConnection
  /** The session whose calls it carries now, and how many. */
  session: string | undefined
  calls: number
}

const FIRST_REST_MS = 1_000
const LONGEST_REST_MS = 60_000

/**
 * One MCP server of an agent: connected to when it is first needed, and again when it went away. The calls of two sessions
 * never share a connection, so that what the server asks while it works reaches the person it works for.
 */
export class McpServer {
  readonly name: string
  readonly options: McpServerOptions
  readonly #clock: Clock
  readonly #events: McpServerEvents
  readonly #places: Place[] = []
  readonly #waiting = new Set<() => void>()
  readonly #opening = new Set<Promise<Place>>()
  #tools: readonly McpTool[] | undefined
  #first: Promise<readonly McpTool[]> | undefined
  #failed: { readonly error: unknown; readonly until: number; readonly restMs: number } | undefined
  #isClosed = false

  constructor(name: string, options: McpServerOptions, clock: Clock, events: McpServerEvents) {
    this.name = name
    this.options = options
    this.#clock = clock
    this.#events = events
  }

  /**
   * What the server can do, as it says itself. Rejects with `McpUnavailable`; a server that was not available a moment
   * ago is not tried at once again.
   */
  async tools(): Promise<readonly McpTool[]> {
    if (this.#tools && this.#places.length > 0) return this.#tools
    if (this.#failed && this.#clock.now() < this.#failed.until) throw this.#failed.error
    this.#first ??= this.#open()
      .then(() => this.#tools!)
      .finally(() => {
        this.#first = undefined
      })
    return this.#first
  }

  /** Runs `work` on a connection that carries calls of this session only; anew where the server has forgotten it. */
  async use<T>(session: string, signal: AbortSignal, work: (connection: McpConnection) => Promise<T>): Promise<T> {
    try {
      return await this.#useOne(session, signal, work)
    } catch (error) {
      if (!(error instanceof McpForgotten)) throw error
      return this.#useOne(session, signal, work)
    }
  }

  async #useOne<T>(session: string, signal: AbortSignal, work: (connection: McpConnection) => Promise<T>): Promise<T> {
    const place = await this.#take(session, signal)
    try {
      return await work(place.connection)
    } finally {
      if (--place.calls === 0) place.session = undefined
      this.#wake()
    }
  }

  async close(): Promise<void> {
    this.#isClosed = true
    await Promise.allSettled(this.#opening)
    await Promise.all(this.#places.splice(0).map(({ connection }) => connection.close()))
  }

  async #take(session: string, signal: AbortSignal): Promise<Place> {
    for (;;) {
      signal.throwIfAborted()
      const free =
        this.#places.find((place) => place.session === session) ??
        this.#places.find((place) => place.session === undefined)
      if (free) return taking(free, session)
      const most = this.options.connections ?? CONNECTIONS
      if (this.#places.length + this.#opening.size < most) return this.#open(session)
      await this.#oneFree(signal)
    }
  }

  #oneFree(signal: AbortSignal): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    const look = () => resolve()
    this.#waiting.add(look)
    signal.addEventListener('abort', look, { once: true })
    return promise.finally(() => {
      this.#waiting.delete(look)
      signal.removeEventListener('abort', look)
    })
  }

  /** Whoever waits looks again. */
  #wake(): void {
    for (const look of this.#waiting) look()
  }

  async #open(session?: string): Promise<Place> {
    if (this.#isClosed) throw new McpUnavailable(`the MCP server ${this.name} is closed`)
    const opening = this.#connect(session)
    this.#opening.add(opening)
    try {
      const place = await opening
      this.#failed = undefined
      return place
    } catch (error) {
      const restMs = Math.min(LONGEST_REST_MS, this.#failed ? this.#failed.restMs * 2 : FIRST_REST_MS)
      this.#failed = { error, restMs, until: this.#clock.now() + restMs }
      throw error
    } finally {
      this.#opening.delete(opening)
    }
  }

  async #connect(session: string | undefined): Promise<Place> {
    let place: Place | undefined
    const { connection, tools } = await McpConnection.open(this.name, this.options, this.#clock, {
      process: (pid, isAlive) => this.#events.process(pid, isAlive),
      printed: (line) => this.#events.printed(this.name, line),
      toolsChanged: (changed) => {
        this.#tools = taken(this.options, changed)
      },
      closed: () => {
        if (place && this.#places.includes(place)) this.#places.splice(this.#places.indexOf(place), 1)
        this.#wake()
      },
    })
    place = { connection, session, calls: session === undefined ? 0 : 1 }
    if (!connection.isClosed) this.#places.push(place)
    this.#tools = sameTools(this.#tools, taken(this.options, tools))
    return place
  }
}

function taking(place: Place, session: string): Place {
  place.session = session
  place.calls++
  return place
}

/** The list that is known already where the new one says the same, so that what was made of it can be kept. */
function sameTools(before: readonly McpTool[] | undefined, now: readonly McpTool[]): readonly McpTool[] {
  return before && JSON.stringify(before) === JSON.stringify(now) ? before : now
}
