import type { EventOf } from '@longwire/protocol'
import type { MessageView, SessionView, TurnView } from '@longwire/view'
import { LongwireError, localError } from '../longwire-error.ts'
import type { ReadEvent } from './event-queue.ts'
import type { Accepted, Session } from './session.ts'

/**
 * What the agent says to one input, while it is said: `for await (const piece of reply)`, or `await reply.result`.
 *
 * Pieces are drafts. Where a step fails and is said again, what was given already is not given again as long as it is the
 * same; where it differs, the rest follows on a new line. `text` and `result` hold only what was not withdrawn.
 * A turn that fails rejects with the code of its failure; one that is cancelled ends with what was said until then.
 * Leaving the loop early stops reading, not the turn.
 */
export class Reply implements AsyncIterable<string> {
  /** Resolves when the input is in the log. */
  readonly accepted: Promise<Accepted>
  /** The whole text, once the turn has ended. */
  readonly result: Promise<string>
  #input: Accepted | undefined
  #text = ''
  #end: { readonly error?: LongwireError } | undefined
  #stopWatching: () => void
  readonly #session: Session
  readonly #wakes = new Set<() => void>()
  readonly #result = Promise.withResolvers<string>()

  constructor(session: Session, accepted: Promise<Accepted>) {
    this.#session = session
    this.accepted = accepted
    this.result = this.#result.promise
    this.result.catch(() => {}) // who only reads the pieces gets the error there
    this.#stopWatching = session.watch((event) => this.#moved(event))
    accepted.then(
      (input) => {
        this.#input = input
        this.#moved(undefined)
      },
      (error) => this.#finish(error),
    )
  }

  /** All that was said so far and not withdrawn. */
  get text(): string {
    return this.#text
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    let given = ''
    for (;;) {
      const [piece, now] = following(given, this.#text)
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
    this.#text = textAfter(turn.messages, this.#input!.input)
    if (turn.endedAt !== undefined) this.#finish(failureOf(turn))
    this.#wake()
  }

  #finish(error?: LongwireError): void {
    this.#stopWatching()
    this.#end = error ? { error } : {}
    if (error) this.#result.reject(error)
    else this.#result.resolve(this.#text)
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
