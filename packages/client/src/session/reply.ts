import type { ReplyReader } from './reply-reader.ts'
import type { Accepted, Sent } from './sent.ts'
import type { Session } from './session.ts'

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
  /** The input on its way, and what became of it. */
  readonly sent: Sent
  /** The whole text, once the turn has ended. */
  readonly result: Promise<string>
  #reader: ReplyReader | undefined
  readonly #reading: Promise<ReplyReader>

  constructor(session: Session, sent: Sent) {
    this.sent = sent
    this.accepted = sent.accepted
    this.#reading = import('./reply-reader.ts').then(({ ReplyReader }) => {
      this.#reader = new ReplyReader(session, sent.accepted)
      return this.#reader
    })
    this.result = this.#reading.then(({ result }) => result)
    this.result.catch(() => {}) // who only reads the pieces gets the error there
  }

  /** All that was said so far and not withdrawn. */
  get text(): string {
    return this.#reader?.text ?? ''
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<string, void, undefined> {
    yield* (await this.#reading).pieces()
  }
}
