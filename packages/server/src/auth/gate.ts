import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import type { Audit } from './audit.ts'
import type { Brake } from './brake.ts'
import type { Proxies } from './proxies.ts'
import type { Identity, ReadBody, Verifier } from './verifier.ts'

interface GateHouse {
  readonly verifiers: readonly Verifier[]
  readonly proxies: Proxies
  readonly brake: Brake
  readonly audit: Audit
  /** A credential was refused, by the verifier of this name. */
  readonly onRefused: (verifier: string) => void
}

interface Admitted {
  readonly identity: Identity
  readonly verifier: string
}

/** Who may enter: the verifiers in their order, of which the first that recognises a request decides. */
export class Gate {
  readonly #house: GateHouse

  constructor(house: GateHouse) {
    this.#house = house
  }

  /** Who asks for a line; undefined where no verifier knows the request: the line may say it later, with `hello`. */
  async handshake(request: IncomingMessage): Promise<Identity | undefined> {
    const admitted = await this.#admit(request)
    if (!admitted) return undefined
    const { identity, verifier } = admitted
    const address = this.#house.proxies.addressOf(request)
    const { principal, proofs } = identity
    this.#house.audit({ event: 'handshake', principal, verifier, address, path: pathOf(request), proofs })
    return identity
  }

  /** Who asks, at a door that serves nobody else. */
  async known(request: IncomingMessage, body?: ReadBody): Promise<Identity> {
    const admitted = await this.#admit(request, body)
    if (!admitted) throw new Refusal('unauthenticated', 'the request carries no identity that this server knows')
    return admitted.identity
  }

  /** Whom a token stands for that came in a frame, on the line of this name. */
  async redeem(token: string, line: string): Promise<Identity> {
    for (const verifier of this.#house.verifiers) {
      const identity = await this.#braked(verifier, [line], { path: line }, async () => {
        const redeemed = await verifier.redeem?.(token)
        return redeemed && this.#believed(redeemed, verifier)
      })
      if (!identity) continue
      const { principal, proofs } = identity
      this.#house.audit({ event: 'handshake', principal, verifier: verifier.name, path: line, proofs })
      return identity
    }
    throw new Refusal('unauthenticated', 'the ticket is none that this server knows')
  }

  /** Whether all that an identity rests on is still good. */
  async holds({ proofs = [] }: Identity): Promise<boolean> {
    const { verifiers } = this.#house
    const asked = proofs.flatMap((proof) => verifiers.map((verifier) => verifier.holds?.(proof) ?? true))
    return (await Promise.all(asked)).every((isGood) => isGood)
  }

  async #admit(request: IncomingMessage, body?: ReadBody): Promise<Admitted | undefined> {
    const address = this.#house.proxies.addressOf(request)
    for (const verifier of this.#house.verifiers) {
      const identity = await this.#braked(verifier, [address], { address, path: pathOf(request) }, async () => {
        const verified = await verifier.verify(request, body)
        return verified && this.#believed(verified, verifier)
      })
      if (identity) return { identity, verifier: verifier.name }
    }
    return undefined
  }

  /** Lets whoever is right through at once. A refusal is written down, and answered the later the more there were. */
  async #braked(
    { name: verifier, isGuessable = true }: Verifier,
    names: readonly string[],
    where: { readonly address?: string; readonly path: string },
    verify: () => Promise<Identity | undefined>,
  ): Promise<Identity | undefined> {
    try {
      return await verify()
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'unauthenticated') throw error
      const { brake, audit, onRefused } = this.#house
      const { key } = error.detail
      onRefused(verifier)
      audit({ event: 'refusal', code: error.code, why: error.message, verifier, key, ...where })
      if (isGuessable) await brake.hold(brake.refused(key === undefined ? names : [...names, `key ${key}`]))
      throw error
    }
  }

  /** A ticket may outlive the key that it was made with, and is worth nothing then. */
  async #believed(identity: Identity, { name }: Verifier): Promise<Identity> {
    // An operator's own may be written without types.
    const isWhole = typeof identity.principal === 'string' && typeof identity.sees?.trace === 'string'
    if (!isWhole)
      throw new TypeError(`the verifier ${name} gave an identity without a principal, or without what it sees`)
    if (await this.holds(identity)) return identity
    throw new Refusal('unauthenticated', 'what this identity rests on was revoked')
  }
}

/** Never with its query: that may hold what nobody should read in a log. */
function pathOf({ url = '' }: IncomingMessage): string {
  return url.split('?', 1)[0]!.slice(0, 512)
}
