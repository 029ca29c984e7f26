import { createRemoteJWKSet, type JWTVerifyGetKey } from 'jose'
import { z } from 'zod'
import { Refusal } from '../refusal.ts'
import type { JwtSettings } from './jwt-verifier.ts'
import { isLoopback } from './verifier.ts'

const Discovery = z.looseObject({ issuer: z.string().min(1), jwks_uri: z.url() })
const WELL_KNOWN = '/.well-known/openid-configuration'
const FETCH_MS = 5_000
const COOLDOWN_MS = 30_000

interface Discovered {
  readonly issuer: string
  readonly keys: JWTVerifyGetKey
}

/**
 * An identity provider: what its discovery document says of it, and its keys. The document is asked for when the first token
 * comes; keys are kept, and fetched again when a token names one that is not among them.
 */
export class OidcIssuer {
  readonly #url: URL
  readonly #issuer: string | undefined
  readonly #cooldownMs: number
  #discovered: Promise<Discovered> | undefined

  constructor({ issuer, discoveryUrl, cooldownMs = COOLDOWN_MS }: JwtSettings) {
    this.#issuer = issuer
    this.#url = secureUrl(discoveryUrl ?? `${issuer!.replace(/\/$/, '')}${WELL_KNOWN}`)
    this.#cooldownMs = cooldownMs
  }

  /** Rejects with `overloaded` where the issuer cannot be asked now; then the next one asks again. */
  get(): Promise<Discovered> {
    this.#discovered ??= this.#discover().catch((cause) => {
      this.#discovered = undefined
      throw new Refusal('overloaded', 'the issuer of tokens cannot be asked now', { cause, retryAfterMs: 5_000 })
    })
    return this.#discovered
  }

  async #discover(): Promise<Discovered> {
    const response = await fetch(this.#url, { signal: AbortSignal.timeout(FETCH_MS), redirect: 'error' })
    if (!response.ok) throw new Error(`${this.#url} answered ${response.status}`)
    const { issuer, jwks_uri } = Discovery.parse(await response.json())
    if (this.#issuer !== undefined && issuer !== this.#issuer) {
      throw new Error(`${this.#url} is of the issuer ${issuer}, not ${this.#issuer}`)
    }
    const keys = createRemoteJWKSet(secureUrl(jwks_uri), {
      timeoutDuration: FETCH_MS,
      cooldownDuration: this.#cooldownMs,
    })
    return { issuer, keys }
  }
}

/** Keys that came in the clear could be anybody's; on this machine there is nobody between. */
function secureUrl(text: string): URL {
  const url = new URL(text)
  if (url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.hostname))) return url
  throw new Error(`${text} must be an address with https`)
}
