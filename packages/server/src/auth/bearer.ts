import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'

/** The subprotocol by which a browser, which can set no header on a WebSocket, shows a token. */
export const BEARER_SUBPROTOCOL = 'base64UrlBearerAuthorization'
const MOST_CHARACTERS = 4_096

/** The token that the request shows: by `Authorization: Bearer`, or by its subprotocol. */
export function bearerOf({ headers }: IncomingMessage): string | undefined {
  const [, bearer] = /^Bearer\s+(\S+)\s*$/i.exec(headers.authorization ?? '') ?? []
  return bearer ?? tokenOf(offeredSubprotocols(headers['sec-websocket-protocol']))
}

export function offeredSubprotocols(header: string | undefined): readonly string[] {
  return (header ?? '')
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '')
}

/**
 * The token among the subprotocols: one is the name with the token, base64url once more, behind a dot; another is the bare
 * name, in either order. Refuses with `unauthenticated` where this is half done.
 */
function tokenOf(offered: readonly string[]): string | undefined {
  const prefix = `${BEARER_SUBPROTOCOL}.`
  const tokens = offered.filter((name) => name.startsWith(prefix)).map((name) => name.slice(prefix.length))
  const [token] = tokens
  if (token === undefined) return undefined
  if (tokens.length > 1 || !offered.includes(BEARER_SUBPROTOCOL)) {
    throw new Refusal('unauthenticated', `offer ${BEARER_SUBPROTOCOL} with one token, and once without`)
  }
  if (token.length > MOST_CHARACTERS)
    throw new Refusal('unauthenticated', `a token has ${MOST_CHARACTERS} characters at most`)
  const text = Buffer.from(token, 'base64url')
  if (text.toString('base64url') !== token) {
    throw new Refusal('unauthenticated', 'the token is not base64url without padding')
  }
  return text.toString('utf8')
}
