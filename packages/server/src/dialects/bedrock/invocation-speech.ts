import type { SessionEvent } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'
import { Refusal } from '../../refusal.ts'
import type { End, Reply, Speech, Told } from '../dialect.ts'
import { type Found, OneTurn, type Plan } from '../one-turn.ts'
import { ToldText, type Withdrawn } from '../told-text.ts'
import type { Wanted } from './asked-of-us.ts'
import { exceptionOfFailure } from './errors.ts'
import { type Address, base64, tracePart } from './frames.ts'
import { returnControl } from './return-control.ts'
import { type Said, Telling } from './telling.ts'

export interface InvocationOptions {
  readonly address: Address
  readonly agent: string
  readonly session: string
  readonly wanted: Wanted
  /** False: the whole answer comes as one chunk. */
  readonly streams: boolean
  readonly commandId: () => string
}

const MOST_CHARACTERS = 250_000
const DONE: End = { code: 1000, reason: 'done' }

/** One invocation: the members of the service's response stream, each as JSON, until the turn ends or returns control. */
export class InvocationSpeech implements Speech {
  readonly #options: InvocationOptions
  readonly #turn: OneTurn
  readonly #telling: Telling
  #answer = ''

  constructor(options: InvocationOptions) {
    const { agent, session, commandId, wanted } = options
    this.#options = options
    this.#telling = new Telling(wanted.enableTrace ? 'steps' : 'nothing', ToldText.read(''), MOST_CHARACTERS)
    this.#turn = new OneTurn({ agent, session, commandId, plan: (found) => planOf(wanted, found) })
  }

  begin(): Reply {
    return { ask: this.#turn.begin() }
  }

  heard(): Reply {
    throw new Refusal('bad_frame', 'an invocation says what it has to say at once')
  }

  told(told: Told): Reply {
    if (told.type === 'snapshot') this.#learn(told as never)
    const { events, waiting = [], ask = [], over } = this.#turn.told(told)
    const tell = events.flatMap((event) => this.#event(event))
    const members = [...tell, ...waiting.map((request) => this.#returnControl(request))]
    if (over === undefined) return { tell: members, ask }
    if (over instanceof Refusal) return { tell: members, end: { code: 1011, reason: over.code, refusal: over } }
    return { tell: [...this.#rest(), ...members], ask, end: DONE }
  }

  /** Calls that were made before this peer came. */
  #learn({ view }: { readonly view: Found['view'] }): void {
    for (const { messages } of view?.turns ?? []) {
      for (const { parts } of messages)
        for (const part of parts) if (part.type === 'tool') this.#telling.know(part.call, part.name)
    }
  }

  #event(event: SessionEvent): readonly string[] {
    return [...this.#telling.event(event)].flatMap((said) => this.#members(said))
  }

  #members(said: Said): readonly string[] {
    switch (said.say) {
      case 'text':
        if (this.#options.streams) return [chunk(said.text)]
        this.#answer += said.text
        return []
      case 'withdrawn':
        // The stream cannot take back what it has given; what was gathered can.
        this.#answer = this.#answer.slice(0, Math.max(0, this.#answer.length - said.withdrawn.length))
        return this.#options.wanted.enableTrace ? [this.#failure(said.withdrawn, said.reason)] : []
      case 'trace':
        return [JSON.stringify({ trace: tracePart(said, this.#options.address) })]
      case 'asked':
        return [this.#returnControl(said.asked)]
      case 'settled':
        return []
      case 'ended':
        return said.event.error ? [...this.#rest(), exception(exceptionOfFailure(said.event.error))] : []
    }
  }

  #failure({ step, length }: Withdrawn, reason: string): string {
    const failureReason = `${reason}: the last ${length} characters are withdrawn`
    const trace = { failureTrace: { traceId: step.slice(-16).padStart(2, '0'), failureReason } }
    return JSON.stringify({ trace: { ...this.#options.address, trace } })
  }

  #returnControl(asked: RequestView | Parameters<typeof returnControl>[0]): string {
    const tool = this.#telling.toolOf(asked.call)
    return JSON.stringify({ returnControl: returnControl(asked, this.#options.address.agentId, tool) })
  }

  #rest(): readonly string[] {
    const answer = this.#answer
    this.#answer = ''
    return answer === '' ? [] : [chunk(answer)]
  }
}

function chunk(text: string): string {
  return JSON.stringify({ chunk: { bytes: base64(text) } })
}

function exception({ name, message }: { readonly name: string; readonly message: string }): string {
  return JSON.stringify({ [name]: { message } })
}

/** What to say to the session as it was found. Whoever says something new to a turn that waits for an answer breaks it off. */
export function planOf({ input, answer, endSession, id, stops }: Wanted, { view, requests }: Found): Plan {
  if (answer) {
    const request = answer.request ?? (requests.length === 1 ? requests[0]!.request : undefined)
    const asked = requests.find((each) => each.request === request)
    if (!asked) throw new Refusal('bad_field', 'sessionState.invocationId: no returned control waits under this id')
    return { answers: [{ request: asked.request, ...answer.given(asked.kind) }], closes: endSession }
  }
  if (input) {
    const isBroken = view?.status === 'waiting' || stops
    return { input: isBroken ? { ...input, delivery: 'interrupt' } : input, id, closes: endSession }
  }
  if (endSession) return { closes: true }
  throw new Refusal('bad_field', 'inputText, or sessionState with returnControlInvocationResults, is wanted')
}
