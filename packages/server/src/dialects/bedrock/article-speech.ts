import { type Command, type EventOf, type FrameOf, placeOf, printPlace, type SessionEvent } from '@longwire/protocol'
import type { SessionView } from '@longwire/view'
import { Refusal } from '../../refusal.ts'
import { NOTHING, type Reply, type Speech, type Told } from '../dialect.ts'
import { ToldText } from '../told-text.ts'
import { readFrame, type Wanted } from './asked-of-us.ts'
import { exceptionOf, exceptionOfFailure } from './errors.ts'
import {
  type Address,
  base64,
  completionFrame,
  controlFrame,
  errorFrame,
  flatTrace,
  rollbackFrame,
  settledFrame,
} from './frames.ts'
import type { Asked } from './return-control.ts'
import { type Said, Telling } from './telling.ts'

export interface ArticleOptions {
  readonly address: Address
  readonly agent: string
  readonly session: string
  /** Where the peer comes back from, with the marks that its place carried. */
  readonly after?: { readonly place: string; readonly marks: string } | undefined
  readonly encoding: 'text' | 'base64'
  /** True for all steps, false for none of them, milestones where it is left out. */
  readonly enableTrace?: boolean | undefined
  /** Text goes out in frames of at most so many characters. */
  readonly mostCharacters: number
  /** The code that the socket closes with when the session ends: 1000 unless given. */
  readonly endCode?: number | undefined
  /** A name for a command that nobody used before. */
  readonly commandId: () => string
}

const CH = 1
const SESSION_ENDED = 'the session has ended'

/**
 * The frames of the article: `inputText` in, `chunk`, `trace`, `control` and `completion` out, over a socket that stays open.
 * What the article has no frame for has a key of its own, which a program that does not know it passes over.
 */
export class ArticleSpeech implements Speech {
  readonly #options: ArticleOptions
  readonly #telling: Telling
  readonly #requests = new Map<string, Asked['kind']>()
  #place: string | undefined
  /** The turn after which the peer wanted the session to end. */
  #lastWords: string | undefined
  #lastInput: string | undefined
  #lastTurn: string | undefined
  /** The command by which the session is opened, until it is. */
  #beginning: string | undefined
  /** Ids that the peer chose itself, until they are answered. */
  readonly #peerIds = new Set<string>()

  constructor(options: ArticleOptions) {
    const { enableTrace, after, mostCharacters } = options
    this.#options = options
    const shows = enableTrace === undefined ? 'milestones' : enableTrace ? 'steps' : 'nothing'
    this.#telling = new Telling(shows, ToldText.read(after?.marks ?? ''), mostCharacters)
    this.#place = after?.place
  }

  begin(): Reply {
    const { agent, session, after } = this.#options
    const id = this.#options.commandId()
    this.#beginning = id
    if (after) return { ask: [{ type: 'attach', id, ch: CH, session, after: after.place, trace: 'step' }] }
    return { ask: [{ type: 'open', id, ch: CH, agent, session, trace: 'step' }] }
  }

  heard(frame: string): Reply {
    const wanted = readFrame(frame)
    if (wanted.enableTrace !== undefined) this.#telling.shows = wanted.enableTrace ? 'steps' : 'nothing'
    const ask = this.#commands(wanted)
    if (wanted.id !== undefined && ask.length > 0) this.#peerIds.add(wanted.id)
    return { ask }
  }

  told(told: Told): Reply {
    if (told.type === 'snapshot') return this.#snapshot(told as FrameOf<'snapshot'>)
    if (told.type === 'attached') return this.#attached(told as FrameOf<'attached'>)
    if (told.type === 'error') return this.#error(told as FrameOf<'error'>)
    if (told.type === 'ok') return this.#ok(told as FrameOf<'ok'>)
    if (told.type === 'goaway') return { tell: [JSON.stringify({ goaway: told })] }
    return 'seq' in told && 'at' in told ? this.#event(told as SessionEvent) : NOTHING
  }

  /** Only a peer that gave its frame an id hears that it arrived. */
  #ok({ id }: FrameOf<'ok'>): Reply {
    return this.#peerIds.delete(id) ? { tell: [this.#frame({ ok: { id } })] } : NOTHING
  }

  #commands({ input, stops, answer, endSession, id = this.#options.commandId() }: Wanted): readonly Command[] {
    if (answer) {
      const request = answer.request ?? this.#onlyRequest()
      return [{ type: 'answer', id, ch: CH, request, ...answer.given(this.#requests.get(request)) }]
    }
    const stop: readonly Command[] = stops ? [{ type: 'cancel', id, ch: CH }] : []
    const say: readonly Command[] = input ? [{ type: 'input', id, ch: CH, ...input }] : []
    if (!endSession) return [...stop, ...say]
    if (say.length === 0) return [{ type: 'close', id, ch: CH }]
    this.#lastWords = id
    return say
  }

  #onlyRequest(): string {
    const open = [...this.#requests.keys()]
    if (open.length === 1) return open[0]!
    throw new Refusal('bad_field', `invocationId is wanted: ${open.length} questions are open`)
  }

  #attached({ session, recovered }: FrameOf<'attached'>): Reply {
    this.#beginning = undefined
    if (!this.#options.after) return NOTHING
    // History is another now, or too far back: what was told of it counts no longer.
    if (recovered !== 'replay') this.#telling.forget()
    return { tell: [this.#frame({ session: { sessionId: session, recovered } })] }
  }

  /** Who comes without a place gets what the running turn has said, and the questions that wait. */
  #snapshot({ at, view }: FrameOf<'snapshot'>): Reply {
    return { tell: this.#frames(this.#joined(view as unknown as SessionView), at) }
  }

  *#joined({ turns, requests }: SessionView): Generator<Said> {
    const running = turns.findLast(({ status }) => status === 'running' || status === 'waiting')
    for (const { id, role, parts, draft } of running?.messages ?? []) {
      for (const part of parts) if (part.type === 'tool') this.#telling.know(part.call, part.name)
      const text = parts.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
      if (role === 'assistant') yield* this.#telling.joined(id, text, draft === true)
    }
    for (const asked of requests) {
      this.#requests.set(asked.request, asked.kind)
      yield { say: 'asked', asked, tool: this.#telling.toolOf(asked.call) }
    }
  }

  #event(event: SessionEvent): Reply {
    if (event.type === 'control.requested') this.#requests.set(event.request, event.kind)
    if (event.type === 'control.settled') this.#requests.delete(event.request)
    const tell = this.#frames(this.#telling.event(event), printPlace(placeOf(event)))
    if (event.type === 'session.closed') {
      return { tell, end: { code: this.#options.endCode ?? 1000, reason: SESSION_ENDED } }
    }
    return { tell, ask: this.#farewell(event) }
  }

  /** Ends the session after the turn that the peer wanted to be its last. */
  #farewell(event: SessionEvent): readonly Command[] {
    if (event.type === 'input.accepted' && event.command === this.#lastWords) this.#lastInput = event.input
    if (event.type === 'input.applied' && event.input === this.#lastInput) this.#lastTurn = event.turn
    if (event.type !== 'turn.ended' || event.turn !== this.#lastTurn) return []
    return [{ type: 'close', id: this.#options.commandId(), ch: CH }]
  }

  /**
   * All that is said of one event. Until its last frame the peer stands where it stood before, and the marks say how much
   * more it has; the last frame carries the place of the event.
   */
  #frames(said: Iterable<Said>, place = this.#place): readonly string[] {
    const frames: string[] = []
    let last: Readonly<Record<string, unknown>> | undefined
    for (const each of said) {
      for (const frame of this.#framesOf(each)) {
        last = frame
        frames.push(this.#frame(frame))
      }
    }
    if (this.#telling.settle()) this.#place = place
    return last ? [...frames.slice(0, -1), this.#frame(last)] : []
  }

  #framesOf(said: Said): readonly Readonly<Record<string, unknown>>[] {
    const { address, encoding } = this.#options
    switch (said.say) {
      case 'text':
        return [{ chunk: { bytes: encoding === 'base64' ? base64(said.text) : said.text } }]
      case 'trace':
        return [{ trace: flatTrace(said, address) }]
      case 'asked':
        return [controlFrame(said.asked, address.agentId, said.tool)]
      case 'settled':
        return [settledFrame(said.event)]
      case 'withdrawn':
        return [rollbackFrame(said.withdrawn, said.reason)]
      case 'ended':
        return endFrames(said.event, fitting(said.answer, this.#options.mostCharacters), address.sessionId)
    }
  }

  #error({ code, message, retry, id }: FrameOf<'error'>): Reply {
    const { error } = errorFrame(exceptionOf({ code, message }), code, { retryable: retry !== 'never' })
    const isOurs = id === undefined || !this.#peerIds.delete(id)
    const tell = [this.#frame({ error: isOurs ? error : { ...error, id } })]
    return id !== undefined && id === this.#beginning ? { tell, end: { code: 1008, reason: code } } : { tell }
  }

  #frame(frame: Readonly<Record<string, unknown>>): string {
    const place = this.#place
    return JSON.stringify(place === undefined ? frame : { ...frame, place: `${place}${this.#telling.marks}` })
  }
}

/** The whole answer, where one frame can hold it: it was said in pieces before. */
function fitting(answer: string, most: number): string | undefined {
  return answer.length <= most ? answer : undefined
}

function endFrames(event: EventOf<'turn.ended'>, answer: string | undefined, sessionId: string) {
  const { error } = event
  const failed = error && errorFrame(exceptionOfFailure(error), error.code, { retryable: error.retryable })
  return [...(failed ? [failed] : []), completionFrame(event, answer, sessionId)]
}
