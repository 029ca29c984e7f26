import type { Logger } from 'pino'
import type { Gate } from './gate.ts'
import type { Identity } from './verifier.ts'

/** A line that is open for somebody: what it is of now, and how to end it. */
export interface HeldLine {
  readonly identity: () => Identity | undefined
  readonly end: () => void
}

const LOOK_EVERY_MS = 400

/**
 * The lines that are open, each resting on keys and tickets: they are looked at again and again, and a line whose key was
 * revoked is ended. A source of keys that does not answer ends nobody.
 */
export class HeldIdentities {
  readonly #gate: Gate
  readonly #log: Logger
  readonly #held = new Set<HeldLine>()
  readonly #looking: NodeJS.Timeout
  #isLooking = false

  constructor(gate: Gate, log: Logger) {
    this.#gate = gate
    this.#log = log
    this.#looking = setInterval(() => void this.look(), LOOK_EVERY_MS)
    this.#looking.unref()
  }

  /** Looks after this line until what is answered is called. */
  hold(line: HeldLine): () => void {
    this.#held.add(line)
    return () => this.#held.delete(line)
  }

  close(): void {
    clearInterval(this.#looking)
  }

  async look(): Promise<void> {
    if (this.#isLooking) return
    this.#isLooking = true
    const answers = new Map<string, Promise<boolean>>()
    try {
      await Promise.all([...this.#held].map((line) => this.#lookAt(line, answers)))
    } catch (error) {
      this.#log.error({ err: error }, 'keys could not be looked up: open lines stay')
    } finally {
      this.#isLooking = false
    }
  }

  /** Many lines rest on one key: it is asked for once. */
  async #lookAt(line: HeldLine, answers: Map<string, Promise<boolean>>): Promise<void> {
    const identity = line.identity()
    if (!identity?.proofs || identity.proofs.length === 0) return
    const name = identity.proofs.join('\n')
    let answer = answers.get(name)
    if (!answer) {
      answer = this.#gate.holds(identity)
      answers.set(name, answer)
    }
    if (!(await answer)) line.end()
  }
}
