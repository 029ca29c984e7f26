import { escapeUri } from '@smithy/core/protocols'
import { SignatureFault } from './signature-fault.ts'
import type { SignedClaim } from './signed-claim.ts'
import { pairsOf, valuesOf, type WireRequest } from './wire-request.ts'

/**
 * The texts that the signature of this request may be over, likeliest first. There is more than one where signers differ on
 * what the same bytes mean: how a query in the address is read, and whether the port belongs to the host.
 */
export function canonicalRequests(request: WireRequest, claim: SignedClaim, payload: string): readonly string[] {
  const path = canonicalPath(request.path)
  const queries = canonicalQueries(request, claim)
  const texts = hostReadings(request).flatMap((host) =>
    queries.map((query) =>
      [
        request.method,
        path,
        query,
        ...claim.signedHeaders.map((name) => `${name}:${name === 'host' ? host : canonicalValue(request, name)}`),
        '',
        claim.signedHeaders.join(';'),
        payload,
      ].join('\n'),
    ),
  )
  return [...new Set(texts)]
}

/** The path as it was sent, encoded once more: nothing is decoded, but empty segments and dots are folded away. */
function canonicalPath(path: string): string {
  const kept: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '..') kept.pop()
    else if (segment !== '' && segment !== '.') kept.push(segment)
  }
  const folded = `/${kept.join('/')}${path.endsWith('/') && kept.length > 0 ? '/' : ''}`
  return escaped(folded).replaceAll('%2F', '/')
}

/**
 * Decoded and encoded again, `+` being a space, as the protocol has it. Where the signature stands in a header, some signers
 * sign the query as it stands in the address.
 */
function canonicalQueries({ query }: WireRequest, { form }: SignedClaim): readonly string[] {
  const readings: string[] = []
  const pairs = pairsOf(query)
  if (pairs) {
    const signed = pairs.filter(({ name }) => form === 'headers' || name.toLowerCase() !== 'x-amz-signature')
    readings.push(sorted(signed.map(({ name, value }) => [escaped(name), escaped(value)])))
  }
  if (form === 'headers') readings.push(sorted(query === '' ? [] : query.split('&').map(cutAtEquals)))
  return readings
}

function cutAtEquals(pair: string): readonly [string, string] {
  const equals = pair.indexOf('=')
  return equals === -1 ? [pair, ''] : [pair.slice(0, equals), pair.slice(equals + 1)]
}

/** By name, and among equals by value. */
function sorted(pairs: readonly (readonly [name: string, value: string])[]): string {
  return [...pairs]
    .sort(([nameA, valueA], [nameB, valueB]) => inOrder(nameA, nameB) || inOrder(valueA, valueB))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
}

function inOrder(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

/** The host as it came; without its port, which some signers drop; with the port that goes without saying, which some sign. */
function hostReadings(request: WireRequest): readonly string[] {
  const host = canonicalValue(request, 'host')
  const bare = host.replace(/:\d+$/, '')
  return bare === host ? [host, `${host}:443`, `${host}:80`] : [host, bare]
}

function canonicalValue(request: WireRequest, name: string): string {
  return valuesOf(request, name)
    .map((value) => value.trim().replace(/\s+/g, ' '))
    .join(',')
}

function escaped(text: string): string {
  try {
    return escapeUri(text)
  } catch {
    throw new SignatureFault('malformed', 'the address holds what is no Unicode')
  }
}
