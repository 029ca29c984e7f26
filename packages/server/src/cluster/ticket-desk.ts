import { makerOf, type TicketDesk, type Tickets } from '../auth/tickets.ts'
import type { Identity } from '../auth/verifier.ts'
import { Refusal } from '../refusal.ts'
import type { Answer, Question, TicketAct } from './node-messages.ts'
import { unrefused } from './unrefused.ts'

/** Asks another node; undefined where it does not answer. */
export type AsksNode = (node: string, question: Question) => Promise<Answer | undefined>

/**
 * Tickets of every node: one that another node made is shown to that node, which alone knows whether it is used up. A
 * ticket dies with the node that made it.
 */
export class SharedTicketDesk implements TicketDesk {
  readonly #tickets: Tickets
  readonly #node: string
  readonly #ask: AsksNode

  constructor(tickets: Tickets, node: string, ask: AsksNode) {
    this.#tickets = tickets
    this.#node = node
    this.#ask = ask
  }

  async redeem(ticket: string): Promise<Identity> {
    return this.#elsewhere(ticket) ? this.#identity(ticket, { do: 'redeem' }) : this.#tickets.redeem(ticket)
  }

  async look(ticket: string): Promise<Identity> {
    return this.#elsewhere(ticket) ? this.#identity(ticket, { do: 'look' }) : this.#tickets.look(ticket)
  }

  async revoke(asker: Identity, ticket: string): Promise<void> {
    const node = this.#elsewhere(ticket)
    if (node === undefined) return this.#tickets.revoke(asker, ticket)
    await this.#asked(node, ticket, { do: 'revoke', asker })
  }

  /** Where the node that could tell is gone, the proof holds until the identity ends. */
  async holds(proof: string): Promise<boolean> {
    const node = this.#elsewhere(proof)
    if (node === undefined) return this.#tickets.holds(proof)
    const answer = await this.#ask(node, { ask: 'ticket', token: proof, act: { do: 'holds' } })
    return answer?.kind !== 'refused'
  }

  /** Answers another node. */
  answer(token: string, act: TicketAct): Answer {
    switch (act.do) {
      case 'redeem':
        return { kind: 'identity', identity: this.#tickets.redeem(token) }
      case 'look':
        return { kind: 'identity', identity: this.#tickets.look(token) }
      case 'revoke':
        this.#tickets.revoke(act.asker, token)
        return { kind: 'done', result: {} }
      case 'holds':
        if (!this.#tickets.holds(token)) throw new Refusal('unauthenticated', 'the ticket was revoked')
        return { kind: 'done', result: {} }
    }
  }

  #elsewhere(token: string): string | undefined {
    const node = makerOf(token)
    return node === this.#node ? undefined : node
  }

  async #identity(ticket: string, act: TicketAct): Promise<Identity> {
    const answer = await this.#asked(this.#elsewhere(ticket)!, ticket, act)
    if (answer.kind !== 'identity') throw new Refusal('internal', 'another node answered something else')
    return answer.identity
  }

  async #asked(node: string, token: string, act: TicketAct): Promise<Answer> {
    const answer = await this.#ask(node, { ask: 'ticket', token, act })
    if (!answer) throw new Refusal('unauthenticated', 'the node that made this ticket does not answer')
    return unrefused(answer)
  }
}
