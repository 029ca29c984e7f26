import type { Command, ErrorCode, Frame, Limits } from '@longwire/protocol'
import type { Logger } from 'pino'
import type { HeldIdentities } from '../auth/held-identities.ts'
import { redacted } from '../auth/redaction.ts'
import type { Identity } from '../auth/verifier.ts'
import type { Clock } from '../clock.ts'
import type { LineFaults } from '../development/line-faults.ts'
import type { Quotas } from '../limits/quotas.ts'
import { errorFrame, Refusal } from '../refusal.ts'
import type { Sessions } from '../session/sessions.ts'
import type { Wire } from '../wires/wire.ts'
import { Channels } from './channels.ts'
import { runConnectionCommand } from './connection-command.ts'
import { Pace } from './pace.ts'
import { type Address, readAddress, readCommand } from './read-command.ts'

export interface ConnectionHouse {
  readonly sessions: Sessions
  readonly limits: Limits
  readonly heartbeatMs: number
  readonly clock: Clock
  readonly log: Logger
  /** Whom this ticket, or another token, stands for. Rejects with `unauthenticated` where it is no good. */
  readonly redeem: (ticket: string, line: string) => Promise<Identity>
  /** Ends the lines whose keys are revoked. */
  readonly identities: HeldIdentities
  /** What is wrong with lines because somebody wants it so. */
  readonly lineFaults?: LineFaults | undefined
  /** Counts what was refused. */
  readonly refused: (code: ErrorCode, limit?: keyof Limits) => void
  /** What each principal uses of the server. */
  readonly quotas: Quotas
}

/** Why a connection ended by the server's will. */
type Ending =
  | 'idle'
  | 'too_long'
  | 'unauthenticated'
  | 'too_many_bad_frames'
  | 'rate_limited'
  | 'identity_expired'
  | 'going_away'

/**
 * One peer over one wire, with many attachments. It reads frames, answers each command once, and holds the bounds of a
 * connection. Time passes for it by `tick`, which the server calls for all connections.
 */
export class Connection {
  readonly id: string
  readonly wire: Wire
  readonly channels: Channels
  readonly house: ConnectionHouse
  #identity: Identity | undefined
  /** When it was made: milliseconds since 1970. */
  readonly since: number
  readonly #pace: Pace
  #badFrames = 0
  #heardAt: number
  #spokeAt: number
  #usedAt: number
  readonly #letGo: () => void
  #leave: () => void = () => {}
  #isOver = false

  constructor(house: ConnectionHouse, wire: Wire, identity: Identity | undefined) {
    const now = house.clock.now()
    this.house = house
    this.wire = wire
    this.id = `con_${house.clock.randomId().slice(0, 22)}`
    this.channels = new Channels(house.limits.attachments, (more) => this.#countAttachments(more))
    this.#pace = new Pace(house.limits, now)
    this.since = this.#heardAt = this.#spokeAt = this.#usedAt = now
    this.#letGo = house.identities.hold({
      identity: () => this.#identity,
      end: () => this.endWith('identity_expired', 'what this identity rests on was revoked'),
    })
    if (identity) {
      this.identify(identity)
      this.welcome(identity)
    }
  }

  /** Who is on the line. Refuses while nobody has said. */
  get identity(): Identity {
    if (!this.#identity) throw new Refusal('unauthenticated', 'say hello with a ticket first')
    return this.#identity
  }

  /** Who is on the line; undefined while nobody has said. */
  get whoever(): Identity | undefined {
    return this.#identity
  }

  /** Refuses where that principal has as many lines as it may. */
  identify(identity: Identity): void {
    const { quotas, clock } = this.house
    if (this.#identity?.principal !== identity.principal) {
      quotas.refuseConnection(identity.principal)
      this.#leave()
      this.#leave = quotas.holdConnection(identity.principal, clock.now())
    }
    this.#identity = identity
  }

  #countAttachments(more: number): void {
    const { quotas, clock } = this.house
    // Attachments are those of whoever made them: a line that says hello for another keeps none.
    if (this.#identity) quotas.countAttachments(this.#identity.principal, more, clock.now())
  }

  welcome(identity: Identity, id?: string): void {
    const { heartbeatMs, limits } = this.house
    const address = id === undefined ? {} : { id }
    const { id: connection } = this
    const { principal, expiresAt } = identity
    const until = expiresAt === undefined ? {} : { expiresAt }
    const welcome = { type: 'welcome', ...address, protocol: 1, connection, principal, heartbeatMs } as const
    this.send({ ...welcome, limits: { ...limits }, ...until })
  }

  send(frame: Frame): boolean {
    return this.put(JSON.stringify(frame))
  }

  /** Tells the peer of an error; without an address it is about the connection. */
  refuse(refusal: Refusal, address: Parameters<typeof errorFrame>[1] = {}): void {
    this.house.refused(refusal.code, refusal.detail.limit)
    this.send(redacted(errorFrame(refusal, address), this.#identity?.sees.redact))
  }

  /** Puts a frame that is JSON already. */
  put(frame: string): boolean {
    this.#spokeAt = this.house.clock.now()
    return this.wire.send(frame)
  }

  /** The peer sent a frame. */
  async heard(frame: string): Promise<void> {
    const now = this.house.clock.now()
    this.#heardAt = now
    if (this.#isOver) return
    const tooMuch = this.#tooMuch(frame.length, now)
    if (tooMuch) return this.#refuseForRate(tooMuch, readAddress(frame), now)
    const read = readCommand(frame)
    if ('unreadable' in read) return this.misread(read.unreadable.refusal, read.unreadable)
    // A ping says that the peer is there, not that it does anything.
    if (read.command.type !== 'ping') this.#usedAt = now
    await this.#run(read.command)
  }

  /** The peer's side of the line gave a sign of life that is no frame. */
  alive(): void {
    this.#heardAt = this.house.clock.now()
  }

  /**
   * Something of so many bytes came that is no command: a ping of the WebSocket, a frame of a dialect that asks nothing. It
   * counts as a frame. False where that is over a rate: then it is refused.
   */
  counts(bytes: number): boolean {
    const now = this.house.clock.now()
    this.#heardAt = now
    if (this.#isOver) return false
    const tooMuch = this.#tooMuch(bytes, now)
    if (tooMuch) this.#refuseForRate(tooMuch, {}, now)
    return tooMuch === undefined
  }

  /** For how many milliseconds the peer should not be read from, because it sends faster than it may. */
  get restMs(): number {
    return this.#pace.restMs(this.house.clock.now())
  }

  /** Whether it was ended because the peer sent too much, and would not stop. */
  get isShownOut(): boolean {
    return this.#pace.isHopeless
  }

  #refuseForRate(tooMuch: Refusal, address: Address, now: number): void {
    const { limit, retryAfterMs = 0 } = tooMuch.detail
    this.#pace.wasOver(now, retryAfterMs)
    const afterMs = Math.max(retryAfterMs, this.#pace.restMs(now))
    this.refuse(new Refusal(tooMuch.code, tooMuch.message, { limit, retryAfterMs: afterMs }), address)
    if (!this.#pace.isHopeless) return
    const { overRateFrames } = this.house.limits
    this.endWith('rate_limited', `more than ${overRateFrames} frames over the rates, one after another`)
  }

  /** The peer sent what is no command. Some of that is answered; a peer that goes on with it is shown out. */
  misread(refusal: Refusal, address: { id?: string | undefined; ch?: number | undefined } = {}): void {
    this.refuse(refusal, address)
    // A command that is only wrong does no harm, however often it comes: that is what rates are for.
    if (refusal.code !== 'bad_frame') return
    this.#badFrames += 1
    if (this.#badFrames > this.house.limits.badFrames) {
      this.endWith('too_many_bad_frames', `more than ${this.house.limits.badFrames} frames could not be read`)
    }
  }

  /** Time passed: says heartbeat, and ends what has been silent, idle or open for too long. */
  tick(): void {
    if (this.#isOver) return
    const now = this.house.clock.now()
    const overdue = this.#overdue(now)
    if (overdue) this.endWith(...overdue)
    else if (now - this.#spokeAt >= this.house.heartbeatMs) this.send({ type: 'heartbeat' })
  }

  /** Which bound of time this connection has reached, and a word about it. */
  #overdue(now: number): [why: Ending, message: string] | undefined {
    const { limits } = this.house
    if (!this.#identity) {
      return now - this.since < limits.helloMs ? undefined : ['unauthenticated', `no hello in ${limits.helloMs} ms`]
    }
    const { expiresAt } = this.#identity
    if (expiresAt !== undefined && now >= expiresAt) return ['identity_expired', 'come back with a fresh identity']
    if (now - this.since >= limits.connectionMs) return ['too_long', 'open another connection']
    const isIdle = this.channels.size === 0 && now - this.#usedAt >= limits.idleMs
    return isIdle ? ['idle', `nothing was attached or asked for ${limits.idleMs} ms`] : undefined
  }

  /** Milliseconds since the peer gave a sign of life. */
  get silentMs(): number {
    return this.house.clock.now() - this.#heardAt
  }

  /** Tells the peer why, and ends the wire. */
  endWith(why: Ending, message: string): void {
    if (this.#isOver) return
    if (why !== 'going_away') this.refuse(new Refusal(why, message, { limit: BOUND_OF[why] }))
    this.over()
    this.wire.close(why, message)
  }

  /** The wire is gone: nothing is attached any more. */
  over(): void {
    this.#isOver = true
    this.#letGo()
    this.#leave()
    void this.#detachAll()
  }

  async #detachAll(): Promise<void> {
    for await (const { attachment } of this.channels.drain()) attachment.detach()
  }

  async #run(command: Command): Promise<void> {
    const address = { id: command.id, ch: 'ch' in command ? command.ch : undefined }
    try {
      await runConnectionCommand(this, command)
    } catch (error) {
      this.refuse(this.refusalFor(error), address)
    }
  }

  /** What a peer may know of an error. What is nobody's refusal is a fault of ours: logged here, and named no further. */
  refusalFor(error: unknown): Refusal {
    if (error instanceof Refusal) return error
    return faultOf(error, this.house.log)
  }

  /** Which rate this frame goes over: of the connection, of its principal, or of the server. */
  #tooMuch(bytes: number, now: number): Refusal | undefined {
    const tooFast = this.#pace.take(bytes, now)
    if (tooFast || !this.#identity) return tooFast
    try {
      this.house.quotas.takeFrame(this.#identity.principal, bytes, now)
      return undefined
    } catch (error) {
      return this.refusalFor(error)
    }
  }
}

/** The bounds of a connection that end it, by the error that says so. */
const BOUND_OF: { readonly [why in Ending]?: keyof Limits } = {
  idle: 'idleMs',
  too_long: 'connectionMs',
  unauthenticated: 'helloMs',
  too_many_bad_frames: 'badFrames',
  rate_limited: 'overRateFrames',
}

/** The refusal for an error of this house: the store's faults have a code, all else is `internal`. */
export function faultOf(error: unknown, log: Logger): Refusal {
  const name = error instanceof Error ? error.name : ''
  if (name === 'SessionMissing') return new Refusal('session_not_found', 'the session was erased')
  log.error({ err: error }, 'a command failed')
  if (name === 'StoreUnavailable' || name === 'HeadMoved') {
    return new Refusal('store_unavailable', 'the session log cannot be read or written now', { retryAfterMs: 1_000 })
  }
  return new Refusal('internal', 'the server failed at this; it is in its log')
}
