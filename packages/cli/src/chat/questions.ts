import type { LongwireError, RequestAnswer, Session } from '@longwire/client'
import type { RequestView } from '@longwire/view'
import { clipped } from '../terminal/prose.ts'
import type { Style } from '../terminal/terminal.ts'
import type { Asking } from './asking/asking.ts'
import { askingOf } from './asking/asking-of.ts'
import { timeLeft } from './request-lines.ts'

export interface QuestionsListener {
  /** The line to type on belongs to something else now: it begins with this. */
  lineIs(text: string): void
  notice(text: string): void
  changed(): void
}

/**
 * The open requests of a session in the hands of one person. One is in front, and what is typed goes to it and to no
 * other; each keeps what was filled in while another is in front.
 */
export class Questions {
  readonly #session: Session
  readonly #listener: QuestionsListener
  /** Requests that a tool of this terminal answers. */
  readonly #isForTool: (request: RequestView) => boolean
  readonly #askings = new Map<string, Asking>()
  readonly #aside = new Set<string>()
  readonly #sending = new Set<string>()
  #front: string | undefined

  constructor(session: Session, isForTool: (request: RequestView) => boolean, listener: QuestionsListener) {
    this.#session = session
    this.#isForTool = isForTool
    this.#listener = listener
  }

  /** Whether what is typed is an answer. */
  get isAsking(): boolean {
    return this.#front !== undefined
  }

  /** How many wait for an answer, those aside among them. */
  get count(): number {
    return this.#open.length
  }

  /** Takes up what is asked, where nothing else is being typed, and lets go of what is settled. */
  look(isTyping: boolean): void {
    const open = this.#open.map(({ request }) => request)
    for (const id of this.#askings.keys()) if (!open.includes(id) && !this.#sending.has(id)) this.#askings.delete(id)
    if (this.#front !== undefined && !open.includes(this.#front)) {
      this.#front = undefined
      // What was typed was for that question, and must not reach another one.
      this.#listener.lineIs('')
      if (isTyping) this.#listener.notice('that question is settled: what you typed was not sent')
      this.#putInFront(this.#next())
    } else if (this.#front === undefined && !isTyping) this.#putInFront(this.#next())
  }

  entered(text: string): void {
    const request = this.#request
    if (!request) return
    const asked = this.#asking(request).entered(text)
    if ('answer' in asked) this.#answer(request.request, asked.answer)
    else this.#become(request.request, asked.asking)
  }

  /** Whether the key meant something here. */
  pressed(key: string): boolean {
    const request = this.#request
    if (key === 'tab') return this.#turnTo()
    if (!request) return false
    if (key === 'escape') this.#putAside(request.request)
    else {
      const next = this.#asking(request).pressed(key)
      if (!next) return false
      this.#become(request.request, next)
    }
    return true
  }

  get hint(): string | undefined {
    const request = this.#request
    return request && this.#asking(request).hint
  }

  lines(columns: number, now: number, style: Style): readonly string[] {
    const request = this.#request
    if (!request) return []
    const at = this.#open.indexOf(request) + 1
    const which = this.#open.length > 1 ? ` (${at} of ${this.#open.length})` : ''
    const left = timeLeft(request, now)
    const head = clipped(
      request.message.split('\n')[0]!,
      Math.max(12, columns - 8 - which.length - (left?.length ?? 0)),
    )
    return [
      `  ${style.yellow('?')} ${style.bold(head)}${style.dim(which)}${left ? `  ${style.yellow(left)}` : ''}`,
      ...this.#asking(request).lines(columns, style),
    ]
  }

  get #open(): readonly RequestView[] {
    return this.#session.view.requests.filter(
      (request) => !this.#sending.has(request.request) && !this.#isForTool(request),
    )
  }

  get #request(): RequestView | undefined {
    return this.#open.find(({ request }) => request === this.#front)
  }

  #next(): string | undefined {
    return this.#open.find(({ request }) => !this.#aside.has(request))?.request
  }

  #asking(request: RequestView): Asking {
    const known = this.#askings.get(request.request)
    if (known) return known
    const begun = askingOf(this.#session.view, request)
    this.#askings.set(request.request, begun)
    return begun
  }

  #become(request: string, asking: Asking): void {
    this.#askings.set(request, asking)
    this.#listener.lineIs(asking.preset)
  }

  #putInFront(id: string | undefined): void {
    this.#front = id
    const request = this.#request
    if (request) this.#listener.lineIs(this.#asking(request).preset)
    this.#listener.changed()
  }

  #putAside(id: string): void {
    this.#aside.add(id)
    this.#listener.lineIs('')
    this.#putInFront(this.#next())
  }

  /** Comes back to what was put aside, or turns to the next one. */
  #turnTo(): boolean {
    const open = this.#open.map(({ request }) => request)
    if (open.length === 0) return false
    this.#aside.clear()
    this.#putInFront(open[(open.indexOf(this.#front ?? '') + 1) % open.length])
    return true
  }

  #answer(id: string, answer: RequestAnswer): void {
    this.#sending.add(id)
    this.#listener.lineIs('')
    this.#putInFront(this.#next())
    this.#session
      .answer(id, answer)
      .catch((error: LongwireError) => this.#notTaken(error))
      .finally(() => {
        this.#sending.delete(id)
        this.look(false)
        this.#listener.changed()
      })
  }

  #notTaken(error: LongwireError): void {
    const by = (error.outcome as { readonly by?: string | null } | undefined)?.by
    const late = by ? `${by} was faster: that question is settled` : 'too late: that question is settled'
    this.#listener.notice(error.code === 'already_settled' ? late : `not taken: ${error.message}`)
  }
}
