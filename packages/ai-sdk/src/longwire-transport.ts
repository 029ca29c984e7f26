import type { Client, OpenOptions, Sent, Session } from '@longwire/client'
import type { Delivery, Json } from '@longwire/protocol'
import type { TurnView } from '@longwire/view'
import type { ChatTransport, UIMessage, UIMessageChunk } from 'ai'
import { ChatSession } from './chat-session.ts'
import { inputOf } from './input-of.ts'
import type { LongwireMessage } from './longwire-message.ts'
import { toUIMessages } from './to-ui-messages.ts'

export interface LongwireTransportOptions extends Omit<OpenOptions, 'session'> {
  /** What `connect(url)` gave. Whoever made it closes it. */
  readonly client: Client
  /** The session of a chat: its own id unless given. */
  readonly sessionOf?: (chatId: string) => string
  /** Whether messages have `data-trace` parts; true unless given. `trace` says of which level. */
  readonly traceParts?: boolean
  /**
   * What it means that a chat is stopped: `cancel`, which it is unless given, stops the turn on the server; `leave` stops
   * listening, and the turn goes on. A chat that is unmounted is stopped too, unless its `Chat` is kept elsewhere.
   */
  readonly onStop?: 'cancel' | 'leave'
}

/** What `sendMessage(…, { body })` may say. */
export interface SendBody {
  /** `queue`: the next turn. `interrupt` cancels the running one, which is what a turn that waits for a person gets unless given. */
  readonly delivery?: Exclude<Delivery, 'steer'>
  /** For the agent, not for the reader. */
  readonly context?: Json
}

type Sending = Parameters<ChatTransport<UIMessage>['sendMessages']>[0]
type Reconnecting = Parameters<ChatTransport<UIMessage>['reconnectToStream']>[0] & {
  readonly abortSignal?: AbortSignal | undefined
}

/**
 * The AI SDK's chat over a Longwire session: one chat is one session, one turn is one assistant message. The line may
 * break wherever it likes; a page that is reloaded resumes in the middle of a word, and can stop the turn all the same.
 */
export class LongwireTransport<Message extends UIMessage = LongwireMessage> implements ChatTransport<Message> {
  /** A stream that is resumed tells its turn from the beginning. */
  readonly resumeStreamIsReplay = true
  readonly #options: LongwireTransportOptions
  readonly #chats = new Map<string, ChatSession>()

  constructor(options: LongwireTransportOptions) {
    this.#options = options
  }

  sendMessages = async ({ chatId, messages, abortSignal, body }: Sending): Promise<ReadableStream<UIMessageChunk>> => {
    const chat = this.#chat(chatId)
    const arrival = chat.arrive()
    const session = await orAborted(chat.opened(), abortSignal)
    const stop = () => void this.#stop(session)
    const last = messages.at(-1)
    if (last?.role === 'assistant') return chat.goneOn(session, last, { arrival, signal: abortSignal, stop })
    if (!last) throw new TypeError('there is no message to send')
    const sent = send(session, last, body)
    return chat.fresh(session, {
      find: turnOf(session, sent),
      news: [sent.accepted, sent],
      arrival,
      signal: abortSignal,
      stop: () => void this.#stop(session, sent),
    })
  }

  reconnectToStream = async ({ chatId, abortSignal }: Reconnecting): Promise<ReadableStream<UIMessageChunk> | null> => {
    const chat = this.#chat(chatId)
    const arrival = chat.arrive()
    const session = await orAborted(chat.found(), abortSignal)
    const running = session?.view.turns.findLast(({ endedAt }) => endedAt === undefined)
    if (!session || !running) return null
    const find = () => session.view.turns.find((each) => each.turn === running.turn)
    return chat.fresh(session, { find, arrival, signal: abortSignal, stop: () => void this.#stop(session) })
  }

  /** What was said in a chat so far, to begin `useChat` with: `useChat({ id, messages, resume: true, transport })`. */
  messages = async (chatId: string): Promise<LongwireMessage[]> => {
    const session = await this.#chat(chatId).found()
    return session ? toUIMessages(session.view, { trace: this.#options.traceParts ?? true }) : []
  }

  /** The session of a chat, for what the AI SDK has no word for. It is made where it is not there yet. */
  session = (chatId: string): Promise<Session> => this.#chat(chatId).opened()

  /** Lets go of all its sessions: they go on without this page. */
  close = (): void => {
    for (const chat of this.#chats.values()) chat.detach()
    this.#chats.clear()
  }

  #chat(chatId: string): ChatSession {
    const { client, sessionOf = (id) => id, traceParts = true, onStop: _, ...opening } = this.#options
    const chat =
      this.#chats.get(chatId) ?? new ChatSession(client, { ...opening, session: sessionOf(chatId) }, traceParts)
    this.#chats.set(chatId, chat)
    return chat
  }

  async #stop(session: Session, sent?: Sent): Promise<void> {
    if (this.#options.onStop === 'leave') return
    const input = await sent?.accepted.catch(() => undefined)
    if (input) await session.withdraw(input.input).catch(() => {}) // it is applied: then its turn is what has to stop
    await session.cancel().catch(() => {})
  }
}

function send(session: Session, message: UIMessage, body: SendBody = {}): Sent {
  const waits = session.view.status === 'waiting'
  const delivery = body.delivery ?? (waits ? 'interrupt' : 'queue')
  const context = body.context === undefined ? {} : { context: body.context }
  return session.send(inputOf(message), { delivery, ...context })
}

/** The turn of an input, once it has one. Throws where the input was refused, or came back. */
function turnOf(session: Session, sent: Sent): () => TurnView | undefined {
  let input: string | undefined
  let refused: unknown
  const refuse = (error: unknown) => {
    refused = error
  }
  sent.accepted.then((accepted) => {
    input = accepted.input
  }, refuse)
  sent.then((fate) => {
    if (fate.outcome === 'returned') refuse(new Error(`the message was not answered: ${RETURNED[fate.reason]}`))
  }, refuse)
  const isIt = ({ id, delivery }: TurnView['messages'][number]) => id === input && delivery !== undefined
  return () => {
    if (refused !== undefined) throw refused
    return session.view.turns.findLast(({ messages }) => messages.some(isIt))
  }
}

const RETURNED = {
  withdrawn: 'it was taken back',
  turn_ended: 'the turn that it was meant for had ended',
  expired: 'it waited for too long',
} as const

async function orAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(new DOMException('the chat was stopped', 'AbortError'))
  signal.addEventListener('abort', abort)
  if (signal.aborted) abort()
  return Promise.race([work, aborted.promise]).finally(() => signal.removeEventListener('abort', abort))
}
