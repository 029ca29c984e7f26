import type { EventOf, SessionEvent } from '@longwire/protocol'
import { Refusal } from '../../refusal.ts'
import type { Wanted } from '../bedrock/asked-of-us.ts'
import {
  type Address,
  completionFrame,
  controlFrame,
  flatTrace,
  rollbackFrame,
  settledFrame,
} from '../bedrock/frames.ts'
import { planOf } from '../bedrock/invocation-speech.ts'
import { type Said, Telling } from '../bedrock/telling.ts'
import type { End, Reply, Speech, Told } from '../dialect.ts'
import { OneTurn } from '../one-turn.ts'
import { ToldText } from '../told-text.ts'

export interface PayloadOptions {
  readonly address: Address
  readonly agent: string
  readonly session: string
  readonly wanted: Wanted
  readonly streams: boolean
  readonly mostCharacters: number
  readonly commandId: () => string
}

type Frame = Readonly<Record<string, unknown>>

const DONE: End = { code: 1000, reason: 'done' }

/** One payload and what the agent makes of it: frame after frame, or all of it as one JSON text at the end. */
export class PayloadSpeech implements Speech {
  readonly #options: PayloadOptions
  readonly #turn: OneTurn
  readonly #telling: Telling
  #answer = ''
  #asked: Frame = {}
  #ended: EventOf<'turn.ended'> | undefined

  constructor(options: PayloadOptions) {
    const { agent, session, commandId, wanted, streams, mostCharacters } = options
    this.#options = options
    const shows = wanted.enableTrace === undefined && streams ? 'milestones' : wanted.enableTrace ? 'steps' : 'nothing'
    this.#telling = new Telling(shows, ToldText.read(''), mostCharacters)
    this.#turn = new OneTurn({ agent, session, commandId, plan: (found) => planOf(wanted, found) })
  }

  begin(): Reply {
    return { ask: this.#turn.begin() }
  }

  heard(): Reply {
    throw new Refusal('bad_frame', 'a payload says what it has to say at once')
  }

  told(told: Told): Reply {
    const { events, waiting = [], ask = [], over } = this.#turn.told(told)
    const frames = [
      ...events.flatMap((event) => this.#event(event)),
      ...waiting.flatMap((request) =>
        this.#frames({ say: 'asked', asked: request, tool: this.#telling.toolOf(request.call) }),
      ),
    ]
    const tell = this.#options.streams ? frames.map((frame) => JSON.stringify(frame)) : []
    if (over === undefined) return { tell, ask }
    if (over instanceof Refusal) return { tell, end: { code: 1011, reason: over.code, refusal: over } }
    const error = this.#ended?.error
    if (error) {
      const refusal = new Refusal('internal', `${error.code}: ${error.message}`)
      return { tell, end: { code: 1011, reason: error.code, refusal } }
    }
    return { tell: this.#options.streams ? tell : [JSON.stringify(this.#whole())], ask, end: DONE }
  }

  #event(event: SessionEvent): readonly Frame[] {
    if (event.type === 'turn.ended') this.#ended = event
    return [...this.#telling.event(event)].flatMap((said) => this.#frames(said))
  }

  #frames(said: Said): readonly Frame[] {
    const { address } = this.#options
    switch (said.say) {
      case 'text':
        this.#answer += said.text
        return [{ chunk: { bytes: said.text } }]
      case 'trace':
        return [{ trace: flatTrace(said, address) }]
      case 'withdrawn':
        this.#answer = this.#answer.slice(0, Math.max(0, this.#answer.length - said.withdrawn.length))
        return [rollbackFrame(said.withdrawn, said.reason)]
      case 'asked':
        this.#asked = controlFrame(said.asked, address.agentId, said.tool)
        return [this.#asked]
      case 'settled':
        return [settledFrame(said.event)]
      case 'ended':
        return said.event.error ? [] : [completionFrame(said.event, said.answer, address.sessionId)]
    }
  }

  /** The answer as one JSON text: what was said, and where the agent asks for something, that. */
  #whole(): Frame {
    const { outcome = 'waiting', finishReason } = this.#ended ?? {}
    const reason = finishReason === undefined ? {} : { finishReason }
    const { sessionId } = this.#options.address
    return { response: this.#answer, session: sessionId, outcome, ...reason, ...this.#asked }
  }
}
