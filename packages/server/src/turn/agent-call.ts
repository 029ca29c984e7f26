import type { AgentAnswer, CommitBody, Said } from '@longwire/agent/internal'
import type { EventOf } from '@longwire/protocol'
import type { LogEvent } from '../session/log-event.ts'
import type { FoundSession, Reader, ReadSession } from '../session/read-session.ts'
import type { Session } from '../session/session.ts'

/** How deep agents may call agents. */
const DEEPEST = 8

/** Opens the session in which another agent answers; the same call finds the same session. */
export type OpensChild = (
  principal: string,
  wanted: { readonly agent: string; readonly metadata: Record<string, never>; readonly command: string },
) => Promise<FoundSession>

/**
 * One agent asking another, in a session of its own that belongs to the same principal. Asking again with the same call,
 * as a turn does that is run again, finds the same session, the same input and the same answer.
 */
export class AgentCall implements Reader {
  /** An agent that reads another's session is never idle: its own turn waits for it. */
  readonly since = Number.POSITIVE_INFINITY
  readonly #parent: Session
  readonly #item: Extract<Said, { type: 'call-agent' }>
  readonly #answered = Promise.withResolvers<AgentAnswer>()
  #child: FoundSession | undefined
  #read: ReadSession | undefined
  #turn: string | undefined
  #isLeft = false

  constructor(parent: Session, item: Extract<Said, { type: 'call-agent' }>) {
    this.#parent = parent
    this.#item = item
  }

  /** Resolves once the other agent has answered, or cannot. */
  get answer(): Promise<AgentAnswer> {
    return this.#answered.promise
  }

  async ask(open: OpensChild): Promise<void> {
    const { agent, text, call } = this.#item
    const depth = depthOf(this.#parent) + 1
    if (depth > DEEPEST) {
      return this.#answered.resolve({ outcome: 'error', error: `agents call agents ${DEEPEST} deep already` })
    }
    const parent = { session: this.#parent.id, call, depth }
    const command = `call:${this.#parent.id}:${call}`.slice(0, 128)
    try {
      const child = await open(this.#parent.principal, { agent, metadata: { parent } as never, command })
      this.#child = child
      this.#listenTo(child.session.current())
      const speaker = { principal: this.#parent.principal }
      const result = await child.perform({ type: 'input', id: `call:${call}`.slice(0, 128), text }, speaker)
      this.#turn = result.turn
      if (this.#isLeft) this.leave()
      // The turn may have ended before this reader came: then the view has the answer.
      if (this.#read?.openTurn !== result.turn) await this.#look()
      await this.#answered.promise
    } catch (error) {
      this.#answered.resolve({
        outcome: 'error',
        error: error instanceof Error ? error.message : 'it could not be asked',
      })
    } finally {
      this.#listenTo(undefined)
    }
  }

  #listenTo(session: ReadSession | undefined): void {
    this.#read?.readers.delete(this)
    this.#read?.live.delete(this)
    this.#read = session
    session?.readers.add(this)
    session?.live.add(this)
  }

  missed(): void {
    void this.#look()
  }

  moved(to: ReadSession): void {
    this.#listenTo(to)
    void this.#look()
  }

  /** Nobody wants the answer any more: the other agent may stop. */
  leave(): void {
    this.#isLeft = true
    const child = this.#child
    if (!child || this.#turn === undefined) return
    const id = `leave:${this.#item.call}`.slice(0, 128)
    const speaker = { principal: this.#parent.principal }
    child.perform({ type: 'cancel', id, turn: this.#turn }, speaker).catch(() => undefined)
  }

  tell(event: LogEvent): void {
    if (event.type === 'turn.ended') void this.#look()
    if (event.level === 'milestone' || event.level === 'step') this.#show(event)
  }

  /** What the other agent does is shown below the call: its spans are spans of the parent's turn too. */
  #show({ type, level, fields }: LogEvent): void {
    const parent = this.#parent
    const shown = JSON.parse(`{${fields}`) as EventOf<'trace.progress'> | EventOf<'trace.span'>
    parent.mailbox.post(async () => {
      const call = parent.state.turn?.calls.find((each) => each.call === this.#item.call)
      if (!call?.step) return
      const body = spanBelow(shown, call.step, this.#item.call, parent.state.turn!.turn)
      if (type === 'trace.progress') {
        parent.tell(parent.drafts.progress(body.span!, type, level, body.json, parent.nextDraftPlace()))
        return
      }
      // A trace that cannot be stored is not worth the turn.
      await parent.commit([body]).catch(() => undefined)
    })
  }

  end(): void {
    this.#answered.resolve({ outcome: 'error', error: 'the session of the other agent is gone' })
  }

  async #look(): Promise<void> {
    const session = this.#read
    if (!session) return
    try {
      const view = await session.views.committed()
      const turn = view.turns.find((each) => each.turn === this.#turn)
      if (!turn || turn.status === 'running' || turn.status === 'waiting') return
      const said = turn.messages.findLast(({ role }) => role === 'assistant')
      const text = said?.parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('') ?? ''
      if (turn.status === 'completed') this.#answered.resolve({ outcome: 'ok', text })
      else if (turn.status === 'cancelled') this.#answered.resolve({ outcome: 'cancelled', error: 'it was stopped' })
      else this.#answered.resolve({ outcome: 'error', error: turn.error?.message ?? 'it failed' })
    } catch (error) {
      this.#answered.resolve({ outcome: 'error', error: error instanceof Error ? error.message : 'it failed' })
    }
  }
}

/** The span as it stands in the parent's turn. The first span of a tool's step is the tool's own. */
function spanBelow(
  { seq: _, turn: __, step: ___, span, parent, ...rest }: EventOf<'trace.progress'> | EventOf<'trace.span'>,
  step: string,
  call: string,
  turn: string,
): CommitBody {
  const named = { ...rest, turn, step, span: `${call}/${span}`, parent: parent ? `${call}/${parent}` : `${step}.s1` }
  const { sub: _sub, ...fields } = named as typeof named & { sub?: number }
  return { type: 'trace.span', json: JSON.stringify(fields), step, span: fields.span, level: fields.level }
}

function depthOf({ state }: Session): number {
  const { parent } = state.metadata as { parent?: { depth?: unknown } }
  return typeof parent?.depth === 'number' ? parent.depth : 0
}
