import type { Command, CommandOf, FrameOf, SessionEvent } from '@longwire/protocol'
import type { RequestView, SessionView } from '@longwire/view'
import { Refusal } from '../refusal.ts'
import type { Told } from './dialect.ts'

/** What a peer wants of a session, that comes for one turn and leaves. */
export interface OneTurnOptions {
  readonly agent: string
  readonly session: string
  readonly commandId: () => string
  /** The channel of its own that it reads on: 1 unless given. */
  readonly ch?: number | undefined
  /** What to say once the session is there. Throws a refusal where nothing fits. */
  readonly plan: (found: Found) => Plan
}

/** The session as it was found: nothing where it was just made. */
export interface Found {
  readonly view: SessionView | undefined
  readonly requests: readonly RequestView[]
}

export interface Plan {
  readonly input?: Pick<CommandOf<'input'>, 'text' | 'parts' | 'context' | 'delivery'> | undefined
  readonly answers?: readonly Omit<CommandOf<'answer'>, 'type' | 'id' | 'ch'>[]
  /** The peer's own id for its input. */
  readonly id?: string | undefined
  /** A turn that runs already, and is followed where nothing is said. */
  readonly follows?: string | undefined
  /** The session is closed afterwards. */
  readonly closes?: boolean | undefined
}

/** What there is to tell after something happened. */
export interface Happened {
  readonly events: readonly SessionEvent[]
  /** Requests that wait and were made before this peer came. */
  readonly waiting?: readonly RequestView[]
  readonly ask?: readonly Command[]
  readonly over?: 'ended' | 'asked' | Refusal
}

/*  opening ──attached, snapshot──► asking ──applied, or answered──► following ──ended, or all asked──► over  */

type State =
  | { readonly kind: 'opening' }
  /** Said what it came to say. */
  | { readonly kind: 'asking'; readonly input: string | undefined; readonly answers: ReadonlySet<string> }
  | { readonly kind: 'following'; readonly turn: string }
  | { readonly kind: 'closing'; readonly id: string }
  | { readonly kind: 'over' }

const QUIET: Happened = { events: [] }

/**
 * A peer that comes to a session with an input or with answers, and stays until its turn has ended or asks for something. It
 * follows its own turn alone: what else happens in the session is not its business.
 */
export class OneTurn {
  readonly #options: OneTurnOptions
  readonly #ch: number
  #state: State = { kind: 'opening' }
  #plan: Plan = {}
  /** The input, once the log has it. */
  #input: string | undefined
  #found: Found = { view: undefined, requests: [] }
  readonly #open = new Map<string, RequestView | undefined>()
  /** Of a ping that is under way: what is asked in one breath is told in one. */
  #breath: string | undefined

  constructor(options: OneTurnOptions) {
    this.#options = options
    this.#ch = options.ch ?? 1
  }

  begin(): readonly Command[] {
    const { agent, session, commandId } = this.#options
    return [{ type: 'open', id: commandId(), ch: this.#ch, agent, session, trace: 'step' }]
  }

  told(told: Told): Happened {
    const isAnothers = 'ch' in told && told.ch !== undefined && told.ch !== this.#ch
    if (this.#state.kind === 'over' || isAnothers) return QUIET
    switch (told.type) {
      case 'attached':
        return (told as FrameOf<'attached'>).recovered === 'replay' ? this.#arrive(undefined) : QUIET
      case 'snapshot':
        return this.#state.kind === 'opening' ? this.#arrive((told as FrameOf<'snapshot'>).view as never) : QUIET
      case 'ok':
        return this.#done((told as FrameOf<'ok'>).id)
      case 'pong':
        return (told as FrameOf<'pong'>).id === this.#breath ? this.#end('asked') : QUIET
      case 'error':
        return this.#end(refusalOf(told as FrameOf<'error'>))
      default:
        return 'seq' in told && 'at' in told ? this.#event(told as SessionEvent) : QUIET
    }
  }

  #arrive(view: SessionView | undefined): Happened {
    const { commandId, plan } = this.#options
    this.#found = { view, requests: view?.requests ?? [] }
    for (const request of this.#found.requests) this.#open.set(request.request, request)
    try {
      this.#plan = plan(this.#found)
    } catch (error) {
      if (error instanceof Refusal) return this.#end(error)
      throw error
    }
    const { input, answers = [], follows, id = commandId() } = this.#plan
    const said = answers.map((answer): Command => ({ type: 'answer', id: commandId(), ch: this.#ch, ...answer }))
    this.#state = { kind: 'asking', input: input && id, answers: new Set(said.map((each) => each.id)) }
    if (input) return { events: [], ask: [...said, { type: 'input', id, ch: this.#ch, ...input }] }
    if (said.length > 0) return { events: [], ask: said }
    return follows === undefined ? this.#end('ended') : this.#follow(follows)
  }

  /** A command was done. With the last answer the turn is known: the one that asked. */
  #done(id: string): Happened {
    const state = this.#state
    if (state.kind === 'closing') return id === state.id ? this.#end('ended') : QUIET
    if (state.kind !== 'asking' || !state.answers.has(id)) return QUIET
    const answers = new Set([...state.answers].filter((each) => each !== id))
    this.#state = { ...state, answers }
    if (answers.size > 0 || state.input !== undefined) return QUIET
    return this.#follow(this.#requestAnswered().turn)
  }

  /** Stays with this turn, unless all it does is to wait. */
  #follow(turn: string): Happened {
    this.#state = { kind: 'following', turn }
    const waiting = [...this.#open.values()].filter((each) => each !== undefined && each.turn === turn)
    return waiting.length === 0 ? QUIET : { ...this.#end('asked'), waiting: waiting as RequestView[] }
  }

  #requestAnswered(): { readonly turn: string } {
    const named = this.#plan.answers?.[0]?.request
    const turn = this.#found.requests.find(({ request }) => request === named)?.turn
    return { turn: turn ?? this.#found.view?.turns.at(-1)?.turn ?? '' }
  }

  #event(event: SessionEvent): Happened {
    if (event.type === 'control.settled') this.#open.delete(event.request)
    if (event.type === 'session.closed' && this.#state.kind !== 'closing') {
      return this.#end(new Refusal('session_closed', 'the session was closed'))
    }
    if (event.type === 'input.returned' && event.input === this.#input) {
      return this.#end(new Refusal('already_settled', `the input was returned: ${event.reason}`))
    }
    const turn = this.#turnOf(event)
    if (turn === undefined || ('turn' in event && event.turn !== turn)) return QUIET
    if (event.type === 'control.requested') {
      if (this.#breath !== undefined) return { events: [event] }
      this.#breath = this.#options.commandId()
      return { events: [event], ask: [{ type: 'ping', id: this.#breath }] }
    }
    return event.type === 'turn.ended' ? { ...this.#end('ended'), events: [event] } : { events: [event] }
  }

  /** The turn that is followed, as soon as it is known: by the input that this peer sent. */
  #turnOf(event: SessionEvent): string | undefined {
    const state = this.#state
    if (state.kind === 'following') return state.turn
    if (state.kind !== 'asking') return undefined
    if (state.input === undefined) return this.#requestAnswered().turn
    if (event.type === 'input.accepted' && event.command === state.input) this.#input = event.input
    if (event.type === 'input.applied' && event.input === this.#input) {
      this.#state = { kind: 'following', turn: event.turn }
      return event.turn
    }
    return undefined
  }

  #end(over: NonNullable<Happened['over']>): Happened {
    const isClosing = over === 'ended' && this.#plan.closes === true && this.#state.kind !== 'closing'
    if (isClosing) {
      const id = this.#options.commandId()
      this.#state = { kind: 'closing', id }
      return { events: [], ask: [{ type: 'close', id, ch: this.#ch }] }
    }
    this.#state = { kind: 'over' }
    return { events: [], over }
  }
}

function refusalOf({ code, message, retryAfterMs }: FrameOf<'error'>): Refusal {
  return new Refusal(code, message, retryAfterMs === undefined ? {} : { retryAfterMs })
}
