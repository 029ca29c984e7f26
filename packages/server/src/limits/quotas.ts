import type { Limits } from '@longwire/protocol'
import { TokenBucket } from '../connection/token-bucket.ts'
import { overLimit } from './over-limit.ts'

/** How much may come in a burst, in seconds of the rate. */
const BURST_SECONDS = 2
const SOON_MS = 1_000

interface Usage {
  connections: number
  attachments: number
  readonly frames: TokenBucket
  readonly bytes: TokenBucket
  usedAt: number
}

/** After so long without a line nothing is left of what a principal used. */
const FORGET_AFTER_MS = 10_000

/** What each principal uses of this server now, and the server in all: lines, attachments, frames and bytes a second. */
export class Quotas {
  readonly #limits: Limits
  readonly #all: Usage
  readonly #of = new Map<string, Usage>()

  constructor(limits: Limits, now: number) {
    this.#limits = limits
    const { serverFramesPerSecond, serverBytesPerSecond } = limits
    this.#all = usage(serverFramesPerSecond, serverBytesPerSecond, now)
  }

  /** Refuses where the principal has as many lines as it may. */
  refuseConnection(principal: string): void {
    const { principalConnections } = this.#limits
    if ((this.#of.get(principal)?.connections ?? 0) < principalConnections) return
    throw overLimit('principalConnections', `${principal} has ${principalConnections} connections already`, SOON_MS)
  }

  /** Counts a line of this principal, until what is answered is called. */
  holdConnection(principal: string, now: number): () => void {
    const own = this.#usageOf(principal, now)
    own.connections += 1
    let isHeld = true
    return () => {
      if (isHeld) own.connections -= 1
      isHeld = false
    }
  }

  /** Refuses where the principal, or the server, has as many attachments as it may. */
  refuseAttachment(principal: string): void {
    const { principalAttachments, serverAttachments } = this.#limits
    if ((this.#of.get(principal)?.attachments ?? 0) >= principalAttachments) {
      throw overLimit('principalAttachments', `${principal} has ${principalAttachments} attachments already`, SOON_MS)
    }
    if (this.#all.attachments >= serverAttachments) {
      throw overLimit('serverAttachments', `this server has ${serverAttachments} attachments already`, SOON_MS)
    }
  }

  /** Attachments of this principal came, or went. */
  countAttachments(principal: string, more: number, now: number): void {
    this.#usageOf(principal, now).attachments += more
    this.#all.attachments += more
  }

  /** Takes a frame, or a request, of so many bytes. Refuses where that is more than the rates allow. */
  takeFrame(principal: string, bytes: number, now: number): void {
    const own = this.#usageOf(principal, now)
    const { principalFramesPerSecond, serverFramesPerSecond } = this.#limits
    const { principalBytesPerSecond, serverBytesPerSecond } = this.#limits
    const buckets = [
      [
        'principalFramesPerSecond',
        own.frames,
        1,
        `${principal} sends more than ${principalFramesPerSecond} frames a second`,
      ],
      [
        'principalBytesPerSecond',
        own.bytes,
        bytes,
        `${principal} sends more than ${principalBytesPerSecond} bytes a second`,
      ],
      ['serverFramesPerSecond', this.#all.frames, 1, `more than ${serverFramesPerSecond} frames a second come in`],
      ['serverBytesPerSecond', this.#all.bytes, bytes, `more than ${serverBytesPerSecond} bytes a second come in`],
    ] as const
    for (const [limit, bucket, amount, says] of buckets) {
      const taken = bucket.take(now, amount)
      if (!taken.ok) throw overLimit(limit, says, taken.afterMs)
    }
  }

  #usageOf(principal: string, now: number): Usage {
    let own = this.#of.get(principal)
    if (!own) {
      this.#forgetQuiet(now)
      own = usage(this.#limits.principalFramesPerSecond, this.#limits.principalBytesPerSecond, now)
      this.#of.set(principal, own)
    }
    own.usedAt = now
    return own
  }

  /** Whoever is counted first is looked at first: a few at each newcomer keep the table as small as what is used. */
  #forgetQuiet(now: number): void {
    let looked = 0
    for (const [principal, own] of this.#of) {
      if (looked++ === 8) return
      this.#of.delete(principal)
      const isQuiet = own.connections === 0 && own.attachments === 0 && now - own.usedAt > FORGET_AFTER_MS
      if (!isQuiet) this.#of.set(principal, own)
    }
  }
}

function usage(framesPerSecond: number, bytesPerSecond: number, now: number): Usage {
  return {
    connections: 0,
    attachments: 0,
    frames: new TokenBucket(framesPerSecond, BURST_SECONDS * framesPerSecond, now),
    bytes: new TokenBucket(bytesPerSecond, BURST_SECONDS * bytesPerSecond, now),
    usedAt: now,
  }
}
