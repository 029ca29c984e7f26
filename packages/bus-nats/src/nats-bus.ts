import type { Bus, BusAnswer } from '@longwire/store'
import {
  connect,
  type Msg,
  type NatsConnection,
  type NodeConnectionOptions,
  RequestError,
} from '@nats-io/transport-node'
import { connectionOf } from './address.ts'

export interface NatsBusOptions {
  /** `nats://user:password@host:4222`, several with commas. */
  readonly url: string
  /** What every subject begins with: clusters with another one do not hear each other. `longwire` unless given. */
  readonly prefix?: string
  /** Hears when the line to NATS is lost, and when it is back. */
  readonly onChange?: (isUp: boolean) => void
}

const RECONNECT_MS = 250
const PING_MS = 2_000
const DEFAULT_MOST_BYTES = 1_048_576

/**
 * A bus over NATS core: requests to nodes, and topics that cost nothing where nobody listens. It comes back by itself
 * however long NATS is gone; what is sent meanwhile is lost at once rather than said late.
 */
export class NatsBus implements Bus {
  readonly #connection: NatsConnection
  readonly #prefix: string
  #isUp = true

  /** Connects. Rejects where NATS cannot be reached now: a node begins with a bus, or says that it cannot. */
  static async open(options: NatsBusOptions): Promise<NatsBus> {
    const line: NodeConnectionOptions = {
      name: 'longwire',
      maxReconnectAttempts: -1,
      reconnectTimeWait: RECONNECT_MS,
      reconnectJitter: RECONNECT_MS,
      pingInterval: PING_MS,
      maxPingOut: 2,
      timeout: 5_000,
      ...connectionOf(options.url),
    }
    return new NatsBus(await connect(line), options)
  }

  private constructor(connection: NatsConnection, { prefix = 'longwire', onChange }: NatsBusOptions) {
    this.#connection = connection
    this.#prefix = prefix
    void this.#watch(onChange)
  }

  get isUp(): boolean {
    return this.#isUp && !this.#connection.isClosed()
  }

  get mostBytes(): number {
    return this.#connection.info?.max_payload ?? DEFAULT_MOST_BYTES
  }

  async ask(node: string, payload: string, timeoutMs: number): Promise<BusAnswer> {
    if (!this.isUp) return { kind: 'silent' }
    try {
      const answer = await this.#connection.request(this.#nodeSubject(node), payload, { timeout: timeoutMs })
      return { kind: 'answered', payload: answer.string() }
    } catch (error) {
      return { kind: error instanceof RequestError && error.isNoResponders() ? 'nobody' : 'silent' }
    }
  }

  serve(node: string, answer: (payload: string) => Promise<string>): () => void {
    return this.#subscribe(this.#nodeSubject(node), (message) => {
      answer(message.string()).then(
        (payload) => this.#quietly(() => message.respond(payload)),
        () => undefined,
      )
    })
  }

  publish(topic: string, payload: string): void {
    if (this.isUp) this.#quietly(() => this.#connection.publish(this.#topicSubject(topic), payload))
  }

  subscribe(topic: string, heard: (payload: string) => void): () => void {
    return this.#subscribe(this.#topicSubject(topic), (message) => heard(message.string()))
  }

  async close(): Promise<void> {
    if (this.#connection.isClosed()) return
    await Promise.race([
      this.#connection.drain().catch(() => undefined),
      new Promise((resolve) => setTimeout(resolve, 1_000).unref()),
    ])
    await this.#connection.close().catch(() => undefined)
  }

  #nodeSubject(node: string): string {
    return `${this.#prefix}.node.${node}`
  }

  #topicSubject(topic: string): string {
    return `${this.#prefix}.topic.${topic}`
  }

  #subscribe(subject: string, heard: (message: Msg) => void): () => void {
    const callback = (error: Error | null, message: Msg) => {
      if (!error) heard(message)
    }
    const subscription = this.#connection.subscribe(subject, { callback })
    return () => this.#quietly(() => subscription.unsubscribe())
  }

  /** What cannot be sent is lost: that is what a bus may do. */
  #quietly(send: () => void): void {
    try {
      send()
    } catch {
      // The line is gone, or what was said is too long for it.
    }
  }

  async #watch(onChange: NatsBusOptions['onChange']): Promise<void> {
    for await (const { type } of this.#connection.status()) {
      if (type !== 'disconnect' && type !== 'reconnect') continue
      this.#isUp = type === 'reconnect'
      onChange?.(this.#isUp)
    }
  }
}
