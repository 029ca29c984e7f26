import type { Json } from '@longwire/protocol'
import type { RequestView, SessionView } from '@longwire/view'
import { LOCAL_ERRORS } from '../longwire-error.ts'
import type { RequestAnswer, Session } from './session.ts'

/** What a tool of this side of the line gets beside its input. */
export interface ClientToolContext {
  readonly session: string
  readonly request: string
  /** Aborts when the answer is not wanted any more: settled by somebody else, the turn stopped, the handle ended. */
  readonly signal: AbortSignal
}

/** Does what the agent asks of the page or terminal that holds the session. What it gives must be JSON, or nothing. */
export type ClientTool = (input: Json, context: ClientToolContext) => unknown

export type ClientTools = { readonly [name: string]: ClientTool }

/** Over it a result is a failure: it would not fit in a frame. */
const MOST_RESULT = 500_000

/**
 * Runs the tools of this side for one session: each request once, however often the line is lost meanwhile. What a tool
 * throws is the answer `decline`, with `{ error: { code: 'tool_failed', message } }` for the agent to read.
 */
export class ProvidedTools {
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

  async #run(tool: ClientTool, { request, input = null }: RequestView, signal: AbortSignal): Promise<void> {
    try {
      if (!(await this.#session.isStillOpen(request)) || signal.aborted) return
      const answer = await answerOf(() => tool(input, { session: this.#session.id, request, signal }))
      if (!signal.aborted) await this.#session.answer(request, answer)
    } catch {
      // Whoever was faster has answered; whatever else is wrong, the handle's own error tells.
    }
  }
}

/** The name of the tool that a `client-tool` request is about: that of its call. */
export function toolAsked({ turns }: SessionView, { call, turn }: RequestView): string | undefined {
  const messages = turns.findLast((each) => each.turn === turn)?.messages ?? []
  for (const { parts } of messages)
    for (const part of parts) if (part.type === 'tool' && part.call === call) return part.name
  return undefined
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
