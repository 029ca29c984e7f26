import type { Attachment } from '../attachment/attachment.ts'
import { overLimit } from '../limits/over-limit.ts'
import { Refusal } from '../refusal.ts'
import type { FoundSession } from '../session/read-session.ts'

/** One attachment of a connection, and the session it reads and speaks to. */
export interface Channel {
  readonly ground: FoundSession
  readonly attachment: Attachment
}

/**
 * The attachments of one connection by their number. A number is taken from the moment a command asks for it; commands
 * for it that come before it is attached wait for that.
 */
export class Channels {
  readonly #most: number
  readonly #onCount: (more: number) => void
  readonly #channels = new Map<number, Promise<Channel>>()
  readonly #attached = new Map<number, Attachment>()

  /** `onCount` is told how many more there are, or fewer. */
  constructor(most: number, onCount: (more: number) => void) {
    this.#most = most
    this.#onCount = onCount
  }

  get size(): number {
    return this.#channels.size
  }

  /** Those that read now. */
  get attachments(): Iterable<Attachment> {
    return this.#attached.values()
  }

  /** Takes the number while `attaching` is under way; it is free again where that fails. */
  async take(ch: number, attaching: () => Promise<Channel>): Promise<Channel> {
    if (this.#channels.has(ch)) throw new Refusal('channel_in_use', `ch ${ch} carries an attachment already`)
    if (this.#channels.size >= this.#most) {
      throw overLimit('attachments', `this connection carries ${this.#most} attachments already`)
    }
    const channel = attaching()
    this.#channels.set(ch, channel)
    this.#onCount(1)
    try {
      const attached = await channel
      if (this.#channels.get(ch) === channel) this.#attached.set(ch, attached.attachment)
      return attached
    } catch (error) {
      this.release(ch, channel)
      throw error
    }
  }

  async get(ch: number | undefined): Promise<Channel> {
    const channel = ch === undefined ? undefined : this.#channels.get(ch)
    if (!channel) {
      const asked = ch === undefined ? 'the frame has no ch' : `ch ${ch} carries no attachment`
      throw new Refusal('channel_unknown', `${asked}: attach or open first`)
    }
    return channel
  }

  /** Frees the number, unless another attachment has taken it since. */
  release(ch: number, channel?: Promise<Channel>): void {
    if (channel !== undefined && this.#channels.get(ch) !== channel) return
    if (this.#channels.delete(ch)) this.#onCount(-1)
    this.#attached.delete(ch)
  }

  /** Frees every number, and answers what was attached. */
  async *drain(): AsyncGenerator<Channel> {
    const channels = [...this.#channels.values()]
    this.#channels.clear()
    this.#onCount(-channels.length)
    this.#attached.clear()
    for (const channel of channels) {
      const attached = await channel.catch(() => undefined)
      if (attached) yield attached
    }
  }
}
