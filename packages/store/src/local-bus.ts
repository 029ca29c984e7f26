import type { Bus, BusAnswer } from './bus.ts'

/** What becomes of one message: delivered after so many milliseconds each time; none for a message that is lost. */
export type Deliveries = readonly number[]

export interface LocalBusOptions {
  /** Decides over each message from one member to another; at once and once unless given. */
  readonly carry?: ((from: string, to: string, topic: string) => Deliveries) | undefined
}

type Heard = (payload: string) => void
type Answers = (payload: string) => Promise<string>

const MOST_BYTES = 1_048_576
const AT_ONCE: Deliveries = [0]

/**
 * A bus within one process: for a single node, and for tests with several, which can lose, delay and repeat what it
 * carries. What is sent is heard on a later tick, in the order in which it was sent where nothing is delayed.
 */
export class LocalBus {
  readonly #carry: NonNullable<LocalBusOptions['carry']>
  readonly #topics = new Map<string, Set<{ readonly member: string; readonly heard: Heard }>>()
  readonly #nodes = new Map<string, { readonly member: string; readonly answers: Answers }>()
  #members = 0

  constructor(options: LocalBusOptions = {}) {
    this.#carry = options.carry ?? (() => AT_ONCE)
  }

  /** A way onto the bus; `member` names it for `carry`. */
  join(member: string = `member-${++this.#members}`): Bus {
    const topics = this.#topics
    const nodes = this.#nodes
    const leaves = new Set<() => void>()
    const leaving = (leave: () => void) => {
      leaves.add(leave)
      return () => {
        leaves.delete(leave)
        leave()
      }
    }
    return {
      isUp: true,
      mostBytes: MOST_BYTES,
      ask: (node, payload, timeoutMs) => this.#ask(member, node, payload, timeoutMs),
      serve: (node, answers) => {
        const served = { member, answers }
        nodes.set(node, served)
        return leaving(() => {
          if (nodes.get(node) === served) nodes.delete(node)
        })
      },
      publish: (topic, payload) => {
        for (const { member: to, heard } of [...(topics.get(topic) ?? [])]) {
          this.#deliver(member, to, topic, () => heard(payload))
        }
      },
      subscribe: (topic, heard) => {
        const subscriber = { member, heard }
        const subscribers = topics.get(topic) ?? new Set()
        topics.set(topic, subscribers.add(subscriber))
        return leaving(() => {
          subscribers.delete(subscriber)
          if (subscribers.size === 0 && topics.get(topic) === subscribers) topics.delete(topic)
        })
      },
      close: async () => {
        for (const leave of leaves) leave()
        leaves.clear()
      },
    }
  }

  #ask(from: string, node: string, payload: string, timeoutMs: number): Promise<BusAnswer> {
    const served = this.#nodes.get(node)
    if (!served) return Promise.resolve({ kind: 'nobody' })
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve({ kind: 'silent' }), timeoutMs)
      timer.unref()
      this.#deliver(from, served.member, node, () => {
        served.answers(payload).then(
          (answer) =>
            this.#deliver(served.member, from, node, () => {
              clearTimeout(timer)
              resolve({ kind: 'answered', payload: answer })
            }),
          () => undefined,
        )
      })
    })
  }

  #deliver(from: string, to: string, topic: string, arrive: () => void): void {
    for (const ms of this.#carry(from, to, topic)) {
      if (ms === 0) setImmediate(arrive)
      else setTimeout(arrive, ms).unref()
    }
  }
}
