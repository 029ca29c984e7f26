import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import { LOCAL_ERRORS } from '../longwire-error.ts'
import type { ClientTool, ClientTools } from './client-tool.ts'
import type { RequestAnswer } from './request-answer.ts'
import type { Session } from './session.ts'
import { toolAsked } from './tool-asked.ts'

/** Over it a result is a failure: it would not fit in a frame. */
const MOST_RESULT = 500_000

/** Runs these tools for the session, until it is stopped. */
export function provide(session: Session, tools: ClientTools): () => void {
  const provided = new ProvidedTools(session, tools)
  const look = () => provided.look()
  const stopWatching = session.watch(look)
  session.ready.then(look, () => {})
  return () => {
    stopWatching()
    provided.stop()
  }
}

/**
 * Runs the tools of this side for one session: each request once, however often the line is lost meanwhile. What a tool
 * throws is the answer `decline`, with `{ error: { code: 'tool_failed', message } }` for the agent to read.
 */
class ProvidedTools {
  readonly #session: Session
  readonly #tools: ClientTools
  /** Requests that this handle has taken, with what stops each that is still at work. */
  readonly #taken = new Map<string, AbortController>()

  constructor(session: Session, tools: ClientTools) {
    this.#session = session
    this.#tools = tools
  }

  /** Takes what is asked for now, and lets go of what is not any more. */
  look(): void {
    if (this.#session.error) {
      this.stop()
      return
    }
    const { requests } = this.#session.view
    for (const request of requests) if (request.kind === 'client-tool') this.#take(request)
    for (const [id, at] of this.#taken) {
      if (requests.some(({ request }) => request === id)) continue
      at.abort()
      this.#taken.delete(id)
    }
  }

  stop(): void {
    for (const at of this.#taken.values()) at.abort()
  }

  #take(request: RequestView): void {
    const tool = Object.entries(this.#tools).find(([name]) => name === toolAsked(this.#session.view, request))?.[1]
    if (!tool || this.#taken.has(request.request)) return
    const at = new AbortController()
    this.#taken.set(request.request, at)
    void this.#run(tool, request, at.signal)
  }

  /** The view may be from elsewhere, or catching up: then the server is asked. */
  async #isStillOpen(request: string): Promise<boolean> {
    const { line, id, isCaughtUp } = this.#session
    if (isCaughtUp) return true
    const { requests } = await (await line.doors()).session(id)
    return requests.some((open) => open.request === request)
  }

  async #run(tool: ClientTool, { request, input = null }: RequestView, signal: AbortSignal): Promise<void> {
    try {
      if (!(await this.#isStillOpen(request)) || signal.aborted) return
      const answer = await answerOf(() => tool(input, { session: this.#session.id, request, signal }))
      if (!signal.aborted) await this.#session.answer(request, answer)
    } catch {
      // Whoever was faster has answered; whatever else is wrong, the handle's own error tells.
    }
  }
}

async function answerOf(work: () => unknown): Promise<RequestAnswer> {
  try {
    const result = (await work()) ?? null
    const size = JSON.stringify(result)?.length
    if (size === undefined) throw new TypeError('what it gave is not JSON')
    if (size > MOST_RESULT) throw new RangeError(`what it gave is over ${MOST_RESULT} characters of JSON`)
    return { action: 'accept', content: result as Json }
  } catch (error) {
    const message = `${LOCAL_ERRORS.tool_failed.says}: ${error instanceof Error ? error.message : error}`
    return { action: 'decline', content: { error: { code: 'tool_failed', message } } }
  }
}
