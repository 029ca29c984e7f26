import { type Client, LongwireError, type OpenOptions, type Session } from '@longwire/client'
import type { TurnView } from '@longwire/view'
import { isToolUIPart, type UIMessage, type UIMessageChunk } from 'ai'
import { answersIn } from './answers-in.ts'
import { isQuiet } from './is-quiet.ts'
import { Telling } from './telling/telling.ts'

type Stream = ReadableStream<UIMessageChunk>

/** What a stream is about. */
export interface About {
  /** Its turn, once there is one; throws where there will be none. */
  readonly find: () => TurnView | undefined
  /** Each settles when there is more to find, beside the changes of the session. */
  readonly news?: readonly Promise<unknown>[]
  readonly signal: AbortSignal | undefined
  /** What `arrive` gave when it was asked for. */
  readonly arrival: number
  /** Called when the signal aborts, unless somebody else arrived meanwhile. */
  readonly stop: () => void
}

/** The session of one chat: what was told of its turns, and who listens. */
export class ChatSession {
  readonly #client: Client
  readonly #opening: OpenOptions & { readonly session: string }
  readonly #withTrace: boolean
  readonly #tellings = new Map<string, Telling>()
  #session: Session | undefined
  #arrivals = 0

  constructor(client: Client, opening: OpenOptions & { readonly session: string }, withTrace: boolean) {
    this.#client = client
    this.#opening = opening
    this.#withTrace = withTrace
  }

  /** Somebody asks for a stream. Whoever comes later takes over from who came before. */
  arrive(): number {
    this.#arrivals += 1
    return this.#arrivals
  }

  /** The session, which is made where it is not there yet. */
  async opened(): Promise<Session> {
    if (!this.#session || this.#session.error) this.#session = this.#client.session(this.#opening)
    return this.#session.ready
  }

  /** The session if it is there. */
  async found(): Promise<Session | undefined> {
    if (this.#session && !this.#session.error) return this.#session.ready
    const { agent: _, session, metadata: __, ...filtering } = this.#opening
    const found = this.#client.session(session, filtering)
    try {
      this.#session = await found.ready
      return this.#session
    } catch (error) {
      if (error instanceof LongwireError && error.code === 'session_not_found') return undefined
      throw error
    }
  }

  /** A stream of the turn, from its beginning. */
  fresh(session: Session, about: About): Stream {
    return this.#stream(session, about, ({ turn }) => {
      const telling = new Telling({ trace: this.#withTrace })
      this.#tellings.set(turn, telling)
      return telling
    })
  }

  /** Gives the answers that `message` holds, and goes on with it from where it stands. */
  async goneOn(session: Session, message: UIMessage, about: Omit<About, 'find'>): Promise<Stream> {
    const turnOf = () => session.view.turns.find(({ turn }) => turn === message.id) ?? session.view.turns.at(-1)
    const telling = this.#known(session, turnOf(), message)
    const answers = answersIn(message, session.view.requests)
    await Promise.all(answers.map(([request, answer]) => session.answer(request, answer).catch(unlessSettled)))
    const isOpen = (asked: string) => session.view.requests.some(({ request }) => request === asked)
    const find = () => (answers.some(([request]) => isOpen(request)) ? undefined : turnOf())
    return this.#stream(session, { ...about, find }, () => telling)
  }

  detach(): void {
    this.#session?.detach()
  }

  #known({ view }: Session, turn: TurnView | undefined, message: UIMessage): Telling {
    const known = turn && this.#tellings.get(turn.turn)
    const telling = known ?? new Telling({ trace: this.#withTrace })
    if (turn && !known) telling.tell(turn, view.tools)
    if (turn) this.#tellings.set(turn.turn, telling)
    telling.goOn(message.parts.filter(isToolUIPart))
    return telling
  }

  /** Tells the turn as fast as it is read. What is said meanwhile is told at once when it is. */
  #stream(
    session: Session,
    { find, news = [], arrival, signal, stop }: About,
    tellingOf: (turn: TurnView) => Telling,
  ): Stream {
    let telling: Telling | undefined
    let wake = () => {}
    const unsubscribe = session.subscribe(() => wake())
    const look = () => wake()
    for (const each of news) each.then(look, look)
    const over = () => {
      unsubscribe()
      signal?.removeEventListener('abort', aborted)
    }
    const aborted = () => {
      over()
      // Whoever takes over at once does not want it stopped: a component that is mounted twice, a stream that is resumed.
      queueMicrotask(() => {
        if (this.#arrivals === arrival) stop()
      })
    }
    signal?.addEventListener('abort', aborted)
    if (signal?.aborted) aborted()
    return new ReadableStream<UIMessageChunk>(
      {
        pull: async (controller) => {
          for (;;) {
            if (session.error) throw session.error
            const turn = find()
            telling ??= turn && tellingOf(turn)
            const chunks = turn ? telling!.tell(turn, session.view.tools) : []
            const isOver = turn !== undefined && (turn.endedAt !== undefined || isQuiet(turn))
            for (const chunk of isOver ? [...chunks, ...telling!.end(turn)] : chunks) controller.enqueue(chunk)
            if (isOver) {
              over()
              controller.close()
              return
            }
            if (chunks.length > 0) return
            await new Promise<void>((resolve) => {
              wake = resolve
            })
          }
        },
        cancel: over,
      },
      { highWaterMark: 0 },
    )
  }
}

/** Somebody else was faster: the turn goes on with what they said. */
function unlessSettled(error: unknown): void {
  if (!(error instanceof LongwireError && (error.code === 'already_settled' || error.code === 'request_not_found')))
    throw error
}
