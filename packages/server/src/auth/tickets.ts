import type { IncomingMessage } from 'node:http'
import { type Level, narrow } from '@longwire/protocol'
import type { Clock } from '../clock.ts'
import { Refusal } from '../refusal.ts'
import { hasRole, isOperator, VERBS, type Verb } from './access.ts'
import { bearerOf } from './bearer.ts'
import type { Identity, Verifier } from './verifier.ts'

/** What a ticket lets its holder do. */
export interface TicketGrant {
  /** Whose sessions it opens. The minter's own unless given; another's needs the role `tickets`. */
  readonly principal?: string | undefined
  /** Only these sessions; all of the principal's unless given. */
  readonly sessions?: readonly string[] | undefined
  /** Only these verbs; all of the minter's unless given. */
  readonly verbs?: readonly Verb[] | undefined
  /** The finest level of the trace; the minter's unless given. */
  readonly trace?: Level | undefined
  /**
   * It opens any number of lines until it ends, as a link that is shared has to. Only for one that may do no more than
   * observe sessions that it names.
   */
  readonly reusable?: boolean | undefined
  /** What other readers are shown of its holder. */
  readonly name?: string | undefined
  /** Seconds until it is worth nothing, and until an identity that came of it ends: 1 to 86,400. */
  readonly expiresIn: number
}

/** Where a ticket is shown, whichever node made it. */
export interface TicketDesk {
  redeem(ticket: string): Identity | Promise<Identity>
  look(ticket: string): Identity | Promise<Identity>
  revoke(asker: Identity, ticket: string): void | Promise<void>
  holds(proof: string): boolean | Promise<boolean>
}

export interface MintedTicket {
  readonly ticket: string
  /** Milliseconds since 1970. */
  readonly expiresAt: number
}

/** Whoever started the server, from the code that did. */
export const OWNER: Identity = { principal: 'owner', roles: ['*'], sees: { trace: 'debug', reasoning: true } }

interface Minted {
  readonly identity: Identity & { expiresAt: number }
  readonly minter: string
  readonly isReusable: boolean
  readonly proof: string
}

const MINTS_FOR_OTHERS = 'tickets'
const MOST_TICKETS = 100_000
const PREFIX = 'tkt_'
const PROOF = 'ticket:'

/**
 * Short-lived tickets of this process: 256 bits of chance that stand for an identity, narrower than that of whoever made
 * them. A ticket opens one line and is used up by it, unless it was made to be shared; until then, or its end, it can be
 * shown to the HTTP doors.
 */
export class Tickets implements TicketDesk {
  readonly #clock: Clock
  readonly #minted = new Map<string, Minted>()
  /** What rests on these has ended, until it would have ended by itself. */
  readonly #revoked = new Map<string, number>()
  readonly #maker: string

  /** `node`: where several nodes share a store, the one that made a ticket is named in it. */
  constructor(clock: Clock, node?: string) {
    this.#clock = clock
    this.#maker = node === undefined ? '' : `${node}.`
  }

  /** Makes a ticket that lets its holder do no more than its minter may. */
  mint(minter: Identity, grant: TicketGrant): MintedTicket {
    const expiresAt = Math.min(
      this.#clock.now() + grant.expiresIn * 1_000,
      minter.expiresAt ?? Number.POSITIVE_INFINITY,
    )
    const { reusable: isReusable = false, name = minter.name } = grant
    if (isReusable) refuseToShare(grant)
    const proof = `${PROOF}${this.#maker}${this.#clock.randomId()}`
    const proofs = [...(minter.proofs ?? []), proof]
    const identity = { ...narrowed(minter, grant), name, expiresAt, proofs }
    this.#forgetOld()
    const ticket = `${PREFIX}${this.#maker}${this.#clock.randomId()}`
    this.#minted.set(ticket, { identity, minter: minter.principal, isReusable, proof })
    return { ticket, expiresAt }
  }

  /** Whom this ticket stands for; it is used up, unless it was made to be shared. Refuses with `unauthenticated` where it is no good. */
  redeem(ticket: string): Identity {
    const identity = this.look(ticket)
    if (!this.#minted.get(ticket)?.isReusable) this.#minted.delete(ticket)
    return identity
  }

  /** Ends the ticket, and every line that came of it. Only for whoever made it, and for operators. */
  revoke(asker: Identity, ticket: string): void {
    const minted = this.#minted.get(ticket)
    const isOwn = minted?.minter === asker.principal && asker.verbs === undefined
    if (!minted || !(isOwn || isOperator(asker))) throw new Refusal('not_found', 'there is no such ticket of yours')
    this.#minted.delete(ticket)
    this.#revoked.set(minted.proof, minted.identity.expiresAt)
    minted.identity.expiresAt = this.#clock.now()
  }

  /** False where this ticket was revoked: tickets that were made with it end as well. */
  holds(proof: string): boolean {
    return !this.#revoked.has(proof)
  }

  /** Whom this ticket stands for. Refuses with `unauthenticated` where it is no good. */
  look(ticket: string): Identity {
    const minted = this.#minted.get(ticket)
    if (!minted || minted.identity.expiresAt <= this.#clock.now()) {
      throw new Refusal('unauthenticated', 'the ticket is used up, out of time, or none of this server')
    }
    return minted.identity
  }

  /** Tickets die in the order of their making, more or less; a flood of them is bounded all the same. */
  #forgetOld(): void {
    const now = this.#clock.now()
    for (const [ticket, { identity }] of this.#minted) {
      if (identity.expiresAt > now && this.#minted.size < MOST_TICKETS) break
      this.#minted.delete(ticket)
    }
    for (const [proof, expiresAt] of this.#revoked) if (expiresAt <= now) this.#revoked.delete(proof)
  }
}

function refuseToShare({ verbs, sessions }: TicketGrant): void {
  const mayOnlyWatch = verbs?.every((verb) => verb === 'observe')
  if (mayOnlyWatch && sessions !== undefined && sessions.length > 0) return
  throw new Refusal('bad_field', 'reusable: only for a ticket with the verb observe alone, for sessions that it names')
}

function narrowed(minter: Identity, { principal = minter.principal, sessions, verbs, trace }: TicketGrant): Identity {
  const isForOther = principal !== minter.principal
  if (isForOther && !hasRole(minter, MINTS_FOR_OTHERS)) {
    throw new Refusal('forbidden', `a ticket for another principal needs the role ${MINTS_FOR_OTHERS}`)
  }
  const own = minter.verbs ?? VERBS
  const beyond = verbs?.find((verb) => !own.includes(verb))
  if (beyond !== undefined) throw new Refusal('forbidden', `one who may not ${beyond} cannot let another`)
  const elsewhere = sessions?.find((session) => minter.sessions !== undefined && !minter.sessions.includes(session))
  if (elsewhere !== undefined) throw new Refusal('session_not_found', `there is no session ${elsewhere}`)
  return {
    principal,
    sees: narrow(minter.sees, { trace: trace ?? minter.sees.trace, reasoning: true }),
    verbs: verbs ?? minter.verbs,
    sessions: sessions ?? minter.sessions,
  }
}

/** Knows a request by the ticket it carries: `?ticket=`, or `Authorization: Bearer`. A line uses it up. */
export function ticketVerifier(tickets: TicketDesk): Verifier {
  return {
    name: 'ticket',
    async verify(request) {
      const ticket = ticketOf(request)
      if (ticket === undefined) return undefined
      return isUpgrade(request) ? tickets.redeem(ticket) : tickets.look(ticket)
    },
    redeem: async (token) => (token.startsWith(PREFIX) ? tickets.redeem(token) : undefined),
    holds: async (proof) => tickets.holds(proof),
  }
}

/** The node that made this ticket, or that can say whether the proof holds; undefined where none is named. */
export function makerOf(token: string): string | undefined {
  return /^(?:tkt_|ticket:)([\w-]+)\./.exec(token)?.[1]
}

function ticketOf(request: IncomingMessage): string | undefined {
  const { url = '' } = request
  const query = url.includes('?') ? new URLSearchParams(url.slice(url.indexOf('?'))).get('ticket') : null
  if (query !== null) return query
  const bearer = bearerOf(request)
  return bearer?.startsWith(PREFIX) ? bearer : undefined
}

function isUpgrade({ headers }: IncomingMessage): boolean {
  return headers.upgrade !== undefined
}
