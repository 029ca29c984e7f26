import type { Limits } from '@longwire/protocol'
import type { Session } from '../session/session.ts'
import { overLimit } from './over-limit.ts'

interface Work {
  readonly waiting: number
  readonly turns: number
}

const NONE: Work = { waiting: 0, turns: 0 }
const SOON_MS = 1_000

/** What goes on in the sessions that are in memory, summed for each principal and for the server: turns that run, inputs that wait. */
export class WorkTally {
  readonly #limits: Limits
  readonly #known = new Map<Session, Work>()
  readonly #of = new Map<string, Work>()
  #all = NONE

  constructor(limits: Limits) {
    this.#limits = limits
  }

  /** The state of this session is another. */
  changed(session: Session): void {
    const { waiting } = session.state
    this.#put(session, { waiting: waiting.length, turns: session.status === 'running' ? 1 : 0 })
  }

  /** The session left memory. */
  forget(session: Session): void {
    this.#put(session, NONE)
    this.#known.delete(session)
  }

  /** Refuses an input of this principal where as many wait already as may. */
  refuseInput(principal: string): void {
    const { principalWaitingInputs, serverWaitingInputs } = this.#limits
    if (this.#workOf(principal).waiting >= principalWaitingInputs) {
      throw overLimit(
        'principalWaitingInputs',
        `${principalWaitingInputs} inputs of ${principal} wait already`,
        SOON_MS,
      )
    }
    if (this.#all.waiting >= serverWaitingInputs) {
      throw overLimit('serverWaitingInputs', `${serverWaitingInputs} inputs wait on this server already`, SOON_MS)
    }
  }

  /** Refuses to begin a turn where as many run already as may. A turn that waits for a person or a time does not run. */
  refuseTurn(principal: string): void {
    const { principalTurns, serverTurns } = this.#limits
    if (this.#workOf(principal).turns >= principalTurns) {
      throw overLimit('principalTurns', `${principalTurns} turns of ${principal} run already`, SOON_MS)
    }
    if (this.#all.turns >= serverTurns) {
      throw overLimit('serverTurns', `${serverTurns} turns run on this server already`, SOON_MS)
    }
  }

  #put(session: Session, now: Work): void {
    const before = this.#known.get(session) ?? NONE
    if (before.waiting === now.waiting && before.turns === now.turns) return
    this.#known.set(session, now)
    this.#all = moved(this.#all, before, now)
    const own = moved(this.#workOf(session.principal), before, now)
    if (own.waiting === 0 && own.turns === 0) this.#of.delete(session.principal)
    else this.#of.set(session.principal, own)
  }

  #workOf(principal: string): Work {
    return this.#of.get(principal) ?? NONE
  }
}

function moved(sum: Work, before: Work, now: Work): Work {
  return { waiting: sum.waiting + now.waiting - before.waiting, turns: sum.turns + now.turns - before.turns }
}
