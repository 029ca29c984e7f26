import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import type { Identity, ReadBody, Verifier } from './verifier.ts'

/** Who may enter: the verifiers in their order, of which the first that recognises a request decides. */
export class Gate {
  readonly #verifiers: readonly Verifier[]

  constructor(verifiers: readonly Verifier[]) {
    this.#verifiers = verifiers
  }

  /** Who asks; undefined where no verifier knows the request. A line may say it later, with `hello`. */
  async identify(request: IncomingMessage, body?: ReadBody): Promise<Identity | undefined> {
    for (const verifier of this.#verifiers) {
      const identity = await verifier.verify(request, body)
      if (identity) return this.#believed(identity)
    }
    return undefined
  }

  /** Who asks, at a door that serves nobody else. */
  async known(request: IncomingMessage, body?: ReadBody): Promise<Identity> {
    const identity = await this.identify(request, body)
    if (!identity) throw new Refusal('unauthenticated', 'the request carries no identity that this server knows')
    return identity
  }

  /** Whom a token stands for that came in a frame. */
  async redeem(token: string): Promise<Identity> {
    for (const verifier of this.#verifiers) {
      const identity = await verifier.redeem?.(token)
      if (identity) return this.#believed(identity)
    }
    throw new Refusal('unauthenticated', 'the ticket is none that this server knows')
  }

  /** Whether all that an identity rests on is still good. */
  async holds({ proofs = [] }: Identity): Promise<boolean> {
    const asked = proofs.flatMap((proof) => this.#verifiers.map((verifier) => verifier.holds?.(proof) ?? true))
    return (await Promise.all(asked)).every((isGood) => isGood)
  }

  /** A ticket may outlive the key that it was made with, and is worth nothing then. */
  async #believed(identity: Identity): Promise<Identity> {
    if (await this.holds(identity)) return identity
    throw new Refusal('unauthenticated', 'what this identity rests on was revoked')
  }
}
