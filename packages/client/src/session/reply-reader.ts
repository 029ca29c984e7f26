import type { EventOf } from '@longwire/protocol'
import type { MessageView, SessionView, TurnView } from '@longwire/view'
import { LongwireError, localError } from '../longwire-error.ts'
import type { ReadEvent } from './event-queue.ts'
import type { Accepted } from './sent.ts'
import type { Session } from './session.ts'

/** Reads what the agent says to one input, as the view shows it. */
export class ReplyReader {
  readonly result: Promise<string>
  text = ''
  #input: Accepted | undefined
  #end: { readonly error?: LongwireError } | undefined
  #stopWatching: () => void
  readonly #session: Session
  readonly #wakes = new Set<() => void>()
  readonly #result = Promise.withResolvers<string>()

  constructor(session: Session, accepted: Promise<Accepted>) {
    this.#session = session
    this.result = this.#result.promise
    this.#stopWatching = session.watch((event) => this.#moved(event))
    accepted.then(
      (input) => {
        this.#input = input
        this.#moved(undefined)
      },
      (error) => this.#finish(error),
    )
  }

  async *pieces(): AsyncGenerator<string, void, undefined> {
    let given = ''
    for (;;) {
      const [piece, now] = following(given, this.text)
      given = now
      if (piece) yield piece
      else if (this.#end?.error) throw this.#end.error
      else if (this.#end) return
      else await new Promise<void>((wake) => this.#wakes.add(wake))
    }
  }

  #moved(event: ReadEvent | undefined): void {
    if (this.#end || !this.#input) return
    const { input, seq } = this.#input
    const lost = this.#session.error
    if (lost) this.#finish(lost)
    else this.#follow(input, seq, event)
  }

  #follow(input: string, seq: number, event: ReadEvent | undefined): void {
    const turn = turnOf(this.#session.view, input)
    if (turn) this.#read(turn)
    else if (event?.type === 'input.returned' && event.input === input) this.#finish(returned(event))
    else if (this.#session.isPast(seq) && !this.#isWaiting(input)) this.#finish(localError('input_returned'))
  }

  #isWaiting(input: string): boolean {
    return this.#session.view.waiting.some((waiting) => waiting.input === input)
  }

  #read(turn: TurnView): void {
    this.text = textAfter(turn.messages, this.#input!.input)
    if (turn.endedAt !== undefined) this.#finish(failureOf(turn))
    this.#wake()
  }

  #finish(error?: LongwireError): void {
    this.#stopWatching()
    this.#end = error ? { error } : {}
    if (error) this.#result.reject(error)
    else this.#result.resolve(this.text)
    this.#wake()
  }

  #wake(): void {
    for (const wake of this.#wakes) wake()
    this.#wakes.clear()
  }
}

function turnOf(view: SessionView, input: string): TurnView | undefined {
  return view.turns.findLast(({ messages }) => messages.some((message) => isOf(message, input)))
}

// Inputs and steps may have the same id: an input has a delivery, a step has not.
function isOf({ id, delivery }: MessageView, input: string): boolean {
  return id === input && delivery !== undefined
}

/** What the agent said in answer: the texts of its messages after the input, a blank line between them. */
function textAfter(messages: readonly MessageView[], input: string): string {
  return messages
    .slice(messages.findIndex((message) => isOf(message, input)) + 1)
    .filter(({ role }) => role === 'assistant')
    .map(({ parts }) => parts.map((part) => (part.type === 'text' ? part.text : '')).join(''))
    .filter((text) => text !== '')
    .join('\n\n')
}

function failureOf({ status, error }: TurnView): LongwireError | undefined {
  if (status !== 'failed') return undefined
  const { code, message, retryable } = error ?? { code: 'internal', message: 'the turn failed', retryable: false }
  return new LongwireError(code as LongwireError['code'], message, retryable ? 'later' : 'never')
}

function returned({ reason }: EventOf<'input.returned'>): LongwireError {
  return localError('input_returned', reason.replace('_', ' '))
}

/** What to give to a reader who was given `given` when the text is `text`, and what the reader was given then. */
function following(given: string, text: string): readonly [piece: string, given: string] {
  if (text.startsWith(given)) return [text.slice(given.length), text]
  if (given.startsWith(text)) return ['', given] // withdrawn, and not said again yet
  return [`\n${text.slice(sharedLength(given, text))}`, text]
}

function sharedLength(a: string, b: string): number {
  let at = 0
  while (at < a.length && a[at] === b[at]) at += 1
  return at
}
