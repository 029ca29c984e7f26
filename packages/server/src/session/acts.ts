import type { SessionStore } from '@longwire/store'
import { type CommandGround, performHere } from '../commands/session-command.ts'
import { Refusal } from '../refusal.ts'
import { dismiss } from './ground.ts'
import type { LiveSessions } from './live-sessions.ts'
import type { ReadSession } from './read-session.ts'
import { isLoss } from './session.ts'
import type { Act, ActResult, SessionCluster } from './session-cluster.ts'

export interface ActsHouse {
  readonly store: SessionStore
  readonly cluster?: SessionCluster | undefined
}

/** How long a command looks for whoever runs its session, and how long it waits between two looks. */
const SEARCH_MS = 8_000
const LOOK_AGAIN_MS = 50
const LOOK_AGAIN_MOST_MS = 500

/** What is done to sessions, wherever they are run. */
export class Acts {
  readonly #house: ActsHouse
  readonly #live: LiveSessions
  readonly #takesSessions: () => boolean

  /** `takesSessions`: whether this node runs sessions that nobody runs. */
  constructor(house: ActsHouse, live: LiveSessions, takesSessions: () => boolean) {
    this.#house = house
    this.#live = live
    this.#takesSessions = takesSessions
  }

  /**
   * Does it if this node runs the session, or can take it: what another node asks for. Undefined where somebody else runs
   * it, or nobody can say.
   */
  async performIfHere(key: string, act: Act): Promise<ActResult | undefined> {
    if (!this.#takesSessions() && !this.#live.get(key)) return undefined
    try {
      const run = await this.#live.run(key)
      return run?.kind === 'here' ? await this.#do(run.ground, act) : undefined
    } catch (error) {
      if (isLoss(error)) return undefined
      throw error
    }
  }

  /** Does it wherever the session is run, here where nobody runs it. */
  async perform({ key, id }: ReadSession, act: Act): Promise<ActResult> {
    const until = performance.now() + SEARCH_MS
    for (let wait = LOOK_AGAIN_MS; ; wait = Math.min(2 * wait, LOOK_AGAIN_MOST_MS)) {
      const result = await this.#performOnce(key, id, act)
      if (result) return result
      if (performance.now() > until) {
        throw new Refusal('overloaded', `nobody can say who runs session ${id} now`, { retryAfterMs: 1_000 })
      }
      await new Promise((resolve) => setTimeout(resolve, wait))
    }
  }

  async #performOnce(key: string, id: string, act: Act): Promise<ActResult | undefined> {
    const { cluster } = this.#house
    const isHere = this.#live.get(key) !== undefined
    const other = isHere || this.#takesSessions() ? undefined : cluster?.anotherNode()
    let node = other
    if (node === undefined) {
      try {
        const run = await this.#live.run(key)
        if (!run) throw new Refusal('session_not_found', `there is no session ${id}`)
        if (run.kind === 'here') return await this.#do(run.ground, act)
        node = run.node
      } catch (error) {
        if (cluster && isLoss(error)) return undefined
        throw error
      }
    }
    const outcome = await cluster!.actAt(node, key, act)
    return outcome.kind === 'done' ? outcome.result : undefined
  }

  async #do(ground: CommandGround, act: Act): Promise<ActResult> {
    switch (act.do) {
      case 'command':
        return performHere(ground, act.command, act.speaker)
      case 'erase':
        await this.#eraseHere(ground)
        return {}
      case 'kill': {
        const turn = ground.session.openTurn
        return { ...(turn === undefined ? {} : { turn }), killed: ground.turns.kill(act.why) }
      }
    }
  }

  async #eraseHere(ground: CommandGround): Promise<void> {
    const { session, turns } = ground
    await session.mailbox.ask(async () => {
      const running = session.state.turn?.turn
      await this.#house.store.erase(session.key)
      if (running !== undefined) turns.stopped(running, 'the session was erased')
      dismiss(ground)
      this.#live.forget(session.key)
      session.end(new Refusal('session_not_found', `session ${session.id} was erased`))
    })
  }
}
