import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { explainSignature, type MadeKey, type SignatureCase } from '../../src/index.ts'
import { house } from '../house.ts'
import { answerTo } from './raw-handshake.ts'
import { signerFor } from './signing.ts'

// Requests of every shape, signed by the signer of AWS's own clients, which shares no code with what verifies them here.

const RUNS = Number(process.env.LONGWIRE_FUZZ_RUNS ?? 60)
const NOW = Date.parse('2026-03-01T12:00:00Z')

const key = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret of nobody/+=' }
const made = { kind: 'sigv4', id: key.accessKeyId, principal: 'p', roles: [], ...key } as MadeKey

const text = fc.string({
  unit: fc.constantFrom('a', 'Z', '9', '-', '~', ' ', '+', '%', '/', ':', '=', '&', "'", '(', '*', 'é', '→', '😀'),
  maxLength: 8,
})
const segment = fc.oneof(text.map(encodeURIComponent), fc.constantFrom('', '.', '..', 'arn:aws:x', '%3a', 'a%2Fb', ';'))
const path = fc.array(segment, { maxLength: 5 }).map((segments) => `/${segments.join('/')}`)
const query = fc.uniqueArray(fc.tuple(fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 5 }), text), {
  selector: ([name]) => name.toLowerCase(),
  maxLength: 4,
})
const value = fc.string({ unit: fc.constantFrom('a', 'B', ' ', '\t', '-', ',', '"'), minLength: 1, maxLength: 9 })
const headers = fc.uniqueArray(
  fc.tuple(fc.constantFrom('x-amzn-session', 'x-custom', 'content-type', 'accept'), value),
  { selector: ([name]) => name },
)
const host = fc.constantFrom('example.com', '127.0.0.1:8787', '[::1]:9', 'a.example.org:443')

interface Drawn {
  readonly method: string
  readonly path: string
  readonly query: readonly (readonly [string, string])[]
  readonly headers: readonly (readonly [string, string])[]
  readonly host: string
  readonly isInQuery: boolean
}

const drawn: fc.Arbitrary<Drawn> = fc.record({
  method: fc.constantFrom('GET', 'POST'),
  path,
  query: query.filter((pairs) => pairs.every(([name]) => !/^x-amz-/i.test(name))),
  headers,
  host,
  isInQuery: fc.boolean(),
})

/** The request as it goes over the line, signed. */
async function signed({ method, path, query, headers, host, isInQuery }: Drawn): Promise<SignatureCase> {
  const signer = signerFor(made, {})
  const request = {
    method,
    protocol: 'https:',
    hostname: host,
    path,
    query: Object.fromEntries(query),
    headers: { host, ...Object.fromEntries(headers) },
  } as Parameters<typeof signer.presign>[0]
  const signingDate = new Date(NOW)
  const sent = isInQuery
    ? await signer.presign(request, { signingDate, expiresIn: 60 })
    : await signer.sign(request, { signingDate })
  const pairs = Object.entries(sent.query ?? {}).map(
    ([name, each]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(each))}`,
  )
  const url = `https://${host}${path}${pairs.length > 0 ? `?${pairs.join('&')}` : ''}`
  return {
    method,
    url,
    headers: { ...sent.headers, host },
    credentials: key,
    region: 'us-west-2',
    service: 'bedrock-agentcore',
    now: '2026-03-01T12:00:09Z',
  }
}

/** One thing is another than it was when it was signed. */
const CHANGES: Readonly<Record<string, (sent: SignatureCase) => SignatureCase>> = {
  method: (sent) => ({ ...sent, method: sent.method === 'GET' ? 'POST' : 'GET' }),
  path: (sent) => ({ ...sent, url: sent.url.replace(/^(https:\/\/[^/?]+)(\/[^?]*)?/, '$1$2/zzz') }),
  query: (sent) => ({ ...sent, url: `${sent.url}${sent.url.includes('?') ? '&' : '?'}zzz=1` }),
  host: (sent) => ({ ...sent, headers: { ...sent.headers, host: 'elsewhere.example' } }),
  secret: (sent) => ({ ...sent, credentials: { ...key, secretAccessKey: 'another' } }),
  time: (sent) => ({ ...sent, now: '2026-03-01T12:05:01Z' }),
  region: (sent) => ({ ...sent, region: 'eu-west-1' }),
  service: (sent) => ({ ...sent, service: 'bedrock' }),
}

describe('[I7] a request of any shape', () => {
  test('is taken as its signer signed it, and with anything changed it is not', async () => {
    await fc.assert(
      fc.asyncProperty(drawn, fc.constantFrom(...Object.keys(CHANGES)), async (request, change) => {
        const sent = await signed(request)
        const taken = await explainSignature(sent)
        expect(taken.verdict, taken.canonicalRequest ?? taken.reason).toBe('accept')
        expect((await explainSignature(CHANGES[change]!(sent))).verdict, change).toBe('reject')
      }),
      { numRuns: RUNS },
    )
  })

  test('that is broken anywhere in what says who signed it gets a verdict, never a fault', async () => {
    const piece = fc.constantFrom(
      'AWS4-HMAC-SHA256',
      ' ',
      ',',
      '=',
      '/',
      'Credential=',
      'SignedHeaders=',
      'Signature=',
      'host',
      ';',
      'AKIDEXAMPLE/20260301/us-west-2/bedrock-agentcore/aws4_request',
      'f'.repeat(64),
      '%',
      '\0',
      '😀',
      '\ud800',
    )
    const junk = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
    const names = fc.constantFrom(
      'X-Amz-Algorithm',
      'x-amz-signature',
      'X-Amz-Credential',
      'X-Amz-Date',
      'X-Amz-Expires',
      'X-Amz-SignedHeaders',
      'a',
    )
    const pairs = fc.array(fc.tuple(names, junk), { maxLength: 7 })
    await fc.assert(
      fc.asyncProperty(junk, pairs, fc.boolean(), async (authorization, query, hasHeader) => {
        const url = `https://h.example/a?${query.map((pair) => pair.join('=')).join('&')}`
        const headers = { host: 'h.example', 'x-amz-date': '20260301T120000Z', ...(hasHeader ? { authorization } : {}) }
        const explained = await explainSignature({ url, headers, credentials: key, now: '2026-03-01T12:00:09Z' })
        expect(explained.verdict).toBe('reject')
        expect(explained.reason.length).toBeGreaterThan(10)
      }),
      { numRuns: RUNS },
    )
  })
})

test('[I7] [W9] a handshake with any headers is answered, and the server lives', async () => {
  const home = await house()
  const { hostname, port } = new URL(home.url)
  const name = fc.constantFrom(
    'Upgrade',
    'Connection',
    'Sec-WebSocket-Key',
    'Sec-WebSocket-Version',
    'Sec-WebSocket-Protocol',
    'Sec-WebSocket-Extensions',
    'Authorization',
    'Origin',
    'X-Forwarded-For',
  )
  const said = fc.constantFrom(
    'websocket',
    'Upgrade',
    'keep-alive, Upgrade',
    '13',
    '8',
    'dGhlIHNhbXBsZSBub25jZQ==',
    'x',
    'longwire.v1',
    'base64UrlBearerAuthorization',
    'base64UrlBearerAuthorization.e30',
    'permessage-deflate',
    'Bearer tkt_x',
    'AWS4-HMAC-SHA256 Credential=',
    'null',
    '::1, 9.9.9.9',
    ',,,',
    '',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(name, said), { maxLength: 12 }), async (lines) => {
      const answer = await answerTo(hostname, Number(port), [
        ['Host', `${hostname}:${port}`],
        ['Upgrade', 'websocket'],
        ['Connection', 'Upgrade'],
        ...lines,
      ])
      expect(answer).toMatch(/^HTTP\/1\.1 (101|4\d\d|200) /)
    }),
    { numRuns: Math.min(RUNS, 2_000) },
  )
  expect(await (await home.connect()).next('welcome')).toMatchObject({ principal: 'local' })
})
