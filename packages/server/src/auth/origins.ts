import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import type { Proxies } from './proxies.ts'

/** Of which pages requests are taken: those of this server, and those of the origins that the operator named. */
export class Origins {
  readonly #allowed: ReadonlySet<string>
  readonly #proxies: Proxies

  /** Throws a sentence where one is no origin such as `https://app.example.com`. */
  constructor(allowed: readonly string[], proxies: Proxies) {
    const odd = allowed.find((each) => hostOf(each) === undefined || new URL(each).origin !== each)
    if (odd !== undefined) throw new Error(`${odd} is no origin: write it as https://app.example.com`)
    this.#allowed = new Set(allowed)
    this.#proxies = proxies
  }

  get allowed(): readonly string[] {
    return [...this.#allowed]
  }

  /** Whether a page of another origin makes this request. What is no browser sends no `Origin`, and is none. */
  isForeign(request: IncomingMessage): boolean {
    const { origin } = request.headers
    if (origin === undefined || this.#allowed.has(origin)) return false
    return hostOf(origin) !== this.#proxies.hostOf(request)
  }

  /** The origin of this server as the peer sees it: `https://agents.example.com`. */
  ownFor(request: IncomingMessage): string {
    return `${this.#proxies.schemeOf(request)}://${this.#proxies.hostOf(request) ?? 'localhost'}`
  }

  /** Refuses a request that a page of another origin makes. */
  refuseForeign(request: IncomingMessage): void {
    if (this.isForeign(request))
      throw new Refusal('forbidden', `a page of ${request.headers.origin} may not use this server`)
  }
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host || undefined : undefined
}
