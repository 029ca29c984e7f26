import type { IncomingMessage } from 'node:http'

/** A request as it came over the line: nothing decoded, nothing joined, nothing dropped. */
export interface WireRequest {
  readonly method: string
  /** The path as it was sent. */
  readonly path: string
  /** What stands behind the first `?`; empty where nothing does. */
  readonly query: string
  /** Names as they were sent, in order, doubled ones included. */
  readonly headers: readonly (readonly [name: string, value: string])[]
}

export function wireRequestOf({ method = 'GET', url = '/', rawHeaders }: IncomingMessage): WireRequest {
  const headers = Array.from({ length: rawHeaders.length / 2 }, (_, index) => {
    return [rawHeaders[2 * index]!, unicode(rawHeaders[2 * index + 1]!)] as const
  })
  return { method, ...targetOf(unicode(url)), headers }
}

/** The path and the query of an address, with or without scheme and host in front, as they stand. */
export function targetOf(address: string): Pick<WireRequest, 'path' | 'query'> {
  const target = address.replace(/^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i, '').replace(/#.*$/s, '')
  const mark = target.indexOf('?')
  const path = mark === -1 ? target : target.slice(0, mark)
  return { path: path === '' ? '/' : path, query: mark === -1 ? '' : target.slice(mark + 1) }
}

/** Node gives each byte as a character; signers mean UTF-8. */
function unicode(text: string): string {
  return /^[\x00-\x7f]*$/.test(text) ? text : Buffer.from(text, 'latin1').toString('utf8')
}

/** A server reads only the first of these, and clients double them: signers hand them out with the signature. */
const FIRST_COUNTS = new Set(['host', 'upgrade', 'connection', 'sec-websocket-key', 'sec-websocket-version'])

/** The values of a header, by its lower-case name. */
export function valuesOf({ headers }: WireRequest, name: string): readonly string[] {
  const values = headers.filter(([sent]) => sent.toLowerCase() === name).map(([, value]) => value)
  return FIRST_COUNTS.has(name) ? values.slice(0, 1) : values
}

/** The one value of a header; undefined where there is none, null where there are several that differ. */
export function soleValueOf(request: WireRequest, name: string): string | undefined | null {
  const values = [...new Set(valuesOf(request, name).map((value) => value.trim()))]
  return values.length > 1 ? null : values[0]
}

export interface QueryPair {
  /** As it stands in the address. */
  readonly raw: readonly [name: string, value: string]
  readonly name: string
  readonly value: string
}

/** The pairs of a query in order; undefined where something in it is no escape of UTF-8. */
export function pairsOf(query: string): readonly QueryPair[] | undefined {
  const pairs: QueryPair[] = []
  for (const text of query.split('&')) {
    if (text === '') continue
    const equals = text.indexOf('=')
    const raw = equals === -1 ? ([text, ''] as const) : ([text.slice(0, equals), text.slice(equals + 1)] as const)
    const [name, value] = raw.map(decoded)
    if (name === undefined || value === undefined) return undefined
    pairs.push({ raw, name, value })
  }
  return pairs
}

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return undefined
  }
}
