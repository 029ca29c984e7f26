import type { IncomingMessage } from 'node:http'
import { BEARER_SUBPROTOCOL, offeredSubprotocols } from '../auth/bearer.ts'

/** Of these a handshake has one each. Some clients send two: the first is the one that they go by. */
const ONCE = ['upgrade', 'connection', 'sec-websocket-key', 'sec-websocket-version'] as const

/** Puts the first of each doubled header in the place of what Node joined them to. To be done before an upgrade is handled. */
export function mendHandshake({ headers, rawHeaders }: IncomingMessage): void {
  for (const name of ONCE) {
    const at = rawHeaders.findIndex((text, index) => index % 2 === 0 && text.toLowerCase() === name)
    if (at !== -1) headers[name] = rawHeaders[at + 1]!
  }
}

/** Whether the peer offers one of these subprotocols, or none at all; a token is no protocol of its own. */
export function offersOneOf(request: IncomingMessage, spoken: readonly string[]): boolean {
  const offered = offeredSubprotocols(request.headers['sec-websocket-protocol'])
  return offered.length === 0 || [...spoken, BEARER_SUBPROTOCOL].some((name) => offered.includes(name))
}

/** What the 101 says: the name of the token's subprotocol where a token came by it, or else the first that is spoken. */
export function selectSubprotocol(offered: ReadonlySet<string>, spoken: readonly string[]): string | false {
  return [BEARER_SUBPROTOCOL, ...spoken].find((name) => offered.has(name)) ?? false
}
