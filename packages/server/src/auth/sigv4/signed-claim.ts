import { SignatureFault } from './signature-fault.ts'
import { pairsOf, soleValueOf, valuesOf, type WireRequest } from './wire-request.ts'

/** What a signed request says of its signature, read and found to be of the right form, and not believed yet. */
export interface SignedClaim {
  readonly form: 'headers' | 'query'
  readonly scope: SignedScope
  readonly signedHeaders: readonly string[]
  /** 64 hexadecimal digits. */
  readonly signature: string
  /** YYYYMMDDTHHMMSSZ, and the same in milliseconds since 1970. */
  readonly date: string
  readonly signedAt: number
  /** Seconds, where the signature stands in the query. */
  readonly expires?: number | undefined
  readonly token?: string | undefined
}

export interface SignedScope {
  readonly accessKeyId: string
  readonly day: string
  readonly region: string
  readonly service: string
}

const ALGORITHM = 'AWS4-HMAC-SHA256'
const TERMINATOR = 'aws4_request'
const TOKEN = 'x-amz-security-token'
const LONGEST_EXPIRES = 604_800
/** HTTP/2 has the host under this name, and clients sign it so. */
const AUTHORITY = ':authority'
const HEADER_NAME = /^(?::authority|[a-z0-9!#$%&'*+.^_`|~-]+)$/
/** Any of these in a query makes it a signed one. */
const MARKS = ['x-amz-signature', 'x-amz-algorithm', 'x-amz-credential']

/** Whether the request carries a signature of this kind, good or bad. */
export function isSigned(request: WireRequest): boolean {
  return isQuerySigned(request) || valuesOf(request, 'authorization').some((value) => /^\s*AWS4-/i.test(value))
}

function isQuerySigned({ query }: WireRequest): boolean {
  // By the text as it stands where a query cannot be decoded: what is no good is ours to refuse.
  const names = pairsOf(query)?.map(({ name }) => name) ?? query.split('&').map((pair) => pair.split('=', 1)[0]!)
  return names.some((name) => MARKS.includes(name.toLowerCase()))
}

/** Reads the signature of a request. Throws a `SignatureFault` where there is none, or none that can be checked. */
export function readClaim(request: WireRequest): SignedClaim {
  const authorization = soleValueOf(request, 'authorization')
  if (isQuerySigned(request)) {
    if (authorization !== undefined) throw new SignatureFault('two_signatures')
    return queryClaim(request)
  }
  if (authorization === null) throw new SignatureFault('malformed', 'two Authorization headers differ')
  if (authorization === undefined) throw new SignatureFault('unsigned')
  return headerClaim(request, authorization)
}

function headerClaim(request: WireRequest, authorization: string): SignedClaim {
  const [, algorithm, rest = ''] = /^(\S+)\s*(.*)$/s.exec(authorization) ?? []
  if (algorithm !== ALGORITHM) {
    const isOther = algorithm === undefined || !/^AWS4-/i.test(algorithm)
    throw isOther ? new SignatureFault('unsigned') : new SignatureFault('algorithm', algorithm)
  }
  const parts = partsOf(rest)
  const signedHeaders = part(parts, 'SignedHeaders').split(';')
  const token = soleValueOf(request, TOKEN)
  if (token === null) throw new SignatureFault('malformed', 'two X-Amz-Security-Token headers differ')
  return {
    form: 'headers',
    scope: scopeOf(part(parts, 'Credential')),
    signedHeaders,
    signature: signatureOf(part(parts, 'Signature')),
    ...headerDate(request),
    token,
  }
}

function partsOf(text: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>()
  for (const piece of text.split(',')) {
    const [, name, value] = /^\s*([A-Za-z]+)=(.*?)\s*$/s.exec(piece) ?? []
    if (name === undefined || value === undefined)
      throw new SignatureFault('malformed', 'Authorization is no list of name=value')
    if (parts.has(name)) throw new SignatureFault('malformed', `${name} came twice`)
    parts.set(name, value)
  }
  const odd = [...parts.keys()].find((name) => !['Credential', 'SignedHeaders', 'Signature'].includes(name))
  if (odd !== undefined) throw new SignatureFault('malformed', `${odd} is no part of a signature`)
  return parts
}

function part(parts: ReadonlyMap<string, string>, name: string): string {
  const value = parts.get(name)
  if (value === undefined || value === '') throw new SignatureFault('malformed', `${name} is missing`)
  return value
}

/** X-Amz-Date, or where it is absent, Date. */
function headerDate(request: WireRequest): Pick<SignedClaim, 'date' | 'signedAt'> {
  const date = soleValueOf(request, 'x-amz-date')
  if (date === null) throw new SignatureFault('date', 'two X-Amz-Date headers differ')
  if (date !== undefined) return readDate(date)
  const plain = soleValueOf(request, 'date')
  const at = typeof plain === 'string' ? Date.parse(plain) : Number.NaN
  if (Number.isNaN(at)) throw new SignatureFault('date', 'neither X-Amz-Date nor Date came')
  return { date: printDate(at), signedAt: at }
}

function queryClaim(request: WireRequest): SignedClaim {
  const values = queryValues(request)
  const given = (name: string) => {
    const value = values.get(name.toLowerCase())
    if (value === undefined || value === '') throw new SignatureFault('malformed', `${name} is missing from the query`)
    return value
  }
  const algorithm = given('X-Amz-Algorithm')
  if (algorithm !== ALGORITHM) throw new SignatureFault('algorithm', algorithm)
  return {
    form: 'query',
    scope: scopeOf(given('X-Amz-Credential')),
    signedHeaders: given('X-Amz-SignedHeaders').split(';'),
    signature: signatureOf(given('X-Amz-Signature')),
    ...readDate(given('X-Amz-Date')),
    expires: expiresOf(given('X-Amz-Expires')),
    token: values.get(TOKEN),
  }
}

/** The `X-Amz-…` of the query by lower-case name: each is there once, or nobody knows which one was meant. */
function queryValues({ query }: WireRequest): ReadonlyMap<string, string> {
  const pairs = pairsOf(query)
  if (!pairs) throw new SignatureFault('malformed', 'the query holds what is no escape of UTF-8')
  const values = new Map<string, string>()
  for (const { name, value } of pairs) {
    const key = name.toLowerCase()
    if (!key.startsWith('x-amz-')) continue
    if (values.has(key)) throw new SignatureFault('malformed', `${name} came twice`)
    values.set(key, value)
  }
  return values
}

function scopeOf(credential: string): SignedScope {
  const parts = credential.split('/')
  const [accessKeyId, day, region, service, terminator] = parts
  if (parts.length !== 5 || !accessKeyId || !day || !region || !service || terminator !== TERMINATOR) {
    throw new SignatureFault('scope', credential.slice(0, 200))
  }
  return { accessKeyId, day, region, service }
}

/** What is wrong with the list of signed headers, for this request. */
export function coverageFault(
  request: WireRequest,
  { form, signedHeaders, token }: SignedClaim,
): SignatureFault | undefined {
  const isInOrder = signedHeaders.every(
    (name, index) => HEADER_NAME.test(name) && (index === 0 || signedHeaders[index - 1]! < name),
  )
  if (!isInOrder) return new SignatureFault('signed_headers', signedHeaders.join(';').slice(0, 200))
  if (!signedHeaders.includes('host') && !signedHeaders.includes(AUTHORITY)) return new SignatureFault('host_unsigned')
  const missing = signedHeaders.find((name) => valuesOf(request, name).length === 0)
  if (missing !== undefined) return new SignatureFault('header_missing', missing)
  const isTokenOpen = form === 'headers' && token !== undefined && !signedHeaders.includes(TOKEN)
  return isTokenOpen ? new SignatureFault('token_unsigned') : undefined
}

function signatureOf(text: string): string {
  if (!/^[0-9a-f]{64}$/.test(text))
    throw new SignatureFault('malformed', 'Signature is not 64 lower-case hexadecimal digits')
  return text
}

function expiresOf(text: string): number {
  const seconds = Number(text)
  if (!/^\d{1,6}$/.test(text) || seconds < 1 || seconds > LONGEST_EXPIRES)
    throw new SignatureFault('expires', text.slice(0, 40))
  return seconds
}

function readDate(text: string): Pick<SignedClaim, 'date' | 'signedAt'> {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text) ?? []
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`)
  // A day that no calendar has is moved into the next month by some parsers.
  if (Number.isNaN(at) || printDate(at) !== text) throw new SignatureFault('date', text.slice(0, 40))
  return { date: text, signedAt: at }
}

function printDate(at: number): string {
  return new Date(at).toISOString().replace(/\.\d{3}|[:-]/g, '')
}
