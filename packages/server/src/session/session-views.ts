import { type Filter, LIMITS, printPlace, type SessionEvent } from '@longwire/protocol'
import { emptyView, fold, lastTurns, type SessionView } from '@longwire/view'
import { Refusal } from '../refusal.ts'
import { filteredView } from './filtered-view.ts'
import type { LogEvent } from './log-event.ts'
import type { ReadSession } from './read-session.ts'

/** The session folded for people, made when somebody asks and kept until the session has been quiet for a while. */
export class SessionViews {
  readonly #session: ReadSession
  #view: SessionView | undefined

  constructor(session: ReadSession) {
    this.#session = session
  }

  /** Begins from a fold that was kept with the log. */
  restore(view: SessionView): void {
    this.#view = view
  }

  forget(): void {
    this.#view = undefined
  }

  /** What of the log is folded, at the head and without drafts: the last turns. */
  async committed(): Promise<SessionView> {
    let view = this.#view ?? (await this.#kept())
    for (;;) {
      const seq = Number(view.at)
      if (seq === this.#session.head) break
      const events = this.#session.recent(seq) ?? (await this.#session.read(seq))
      if (events.length === 0) throw new Refusal('store_unavailable', `the log of ${this.#session.id} ends at ${seq}`)
      view = lastTurns(events.reduce(foldEvent, view), LIMITS.viewTurns)
    }
    this.#view = view
    return view
  }

  /** The view at the last place, with what is still being said, as this reader may see it. */
  async current(filter: Filter): Promise<SessionView> {
    let view = await this.committed()
    // The head may have moved while the log was read; from here on nothing waits.
    while (Number(view.at) !== this.#session.head) view = await this.committed()
    return this.withDrafts(view, filter)
  }

  /** This view of all commits up to the head, and what is being said on top. */
  withDrafts(view: SessionView, filter: Filter): SessionView {
    const drafts = this.#session.hasDrafts ? this.#session.drafts.all() : []
    // The input of a call that is still being written is half a JSON text: nobody can take a field out of it.
    const shown = filter.redact === undefined ? drafts : drafts.filter(({ type }) => type !== 'chunk.tool')
    const withDrafts = shown.reduce(foldDraft, view)
    return filteredView({ ...withDrafts, at: printPlace(this.#session.place) }, filter)
  }

  async #kept(): Promise<SessionView> {
    const checkpoint = await this.#session.house.store.loadCheckpoint(this.#session.key)
    return checkpoint ? (JSON.parse(checkpoint.json) as { view: SessionView }).view : emptyView()
  }
}

function foldEvent(view: SessionView, event: LogEvent): SessionView {
  return fold(view, JSON.parse(`{${event.fields}`) as SessionEvent)
}

/** A draft that began before the view's last commit is still open: it is folded as if it were said now. */
function foldDraft(view: SessionView, event: LogEvent): SessionView {
  const draft = JSON.parse(`{${event.fields}`) as SessionEvent
  const { seq, sub } = nextTo(view.at)
  return fold(view, { ...draft, seq, sub } as SessionEvent)
}

function nextTo(at: string): { seq: number; sub: number } {
  const [seq, sub] = at.split('.')
  return { seq: Number(seq), sub: Number(sub ?? 0) + 1 }
}
