import { createHash, timingSafeEqual } from 'node:crypto'
import { Hash, toHex } from '@smithy/core/serde'
import { createScope, getSigningKey, UNSIGNED_PAYLOAD } from '@smithy/signature-v4'
import { canonicalRequests } from './canonical-request.ts'
import { SignatureFault } from './signature-fault.ts'
import { coverageFault, readClaim, type SignedClaim } from './signed-claim.ts'
import { soleValueOf, type WireRequest } from './wire-request.ts'

/** What a signature is made with. */
export interface SigningCredentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  /** Where they are temporary: what has to come with each request. */
  readonly sessionToken?: string | undefined
}

/** What the server knows, against which a signature is held. */
export interface SignatureView {
  /** Milliseconds since 1970. */
  readonly now: number
  /** Signatures for any region are taken where none is named. */
  readonly region?: string | undefined
  readonly services: readonly string[]
  readonly credentialsOf: (accessKeyId: string) => Promise<SigningCredentials | undefined>
  /** What was sent as body. Asked for once everything else that can be checked without it is right. */
  readonly body: () => Promise<Uint8Array>
}

/** How far the clocks of signer and server may be apart. */
const CLOCK_SKEW_MS = 300_000
const EMPTY = new Uint8Array()
/** In the place of a secret that nobody has: a key that is not known costs as much time as one that is. */
const NO_SECRET = 'no key of that name has this for a secret'

/** The texts that were compared: what an operator wants to see when a signature fails. */
export interface SignatureTexts {
  readonly canonicalRequest: string
  readonly stringToSign: string
}

export interface CheckedSignature {
  readonly claim?: SignedClaim | undefined
  readonly texts?: SignatureTexts | undefined
  /** Undefined where the signature is good. */
  readonly fault?: SignatureFault | undefined
}

/** Holds the signature of a request against what the server knows. Never rejects for what came over the line. */
export async function checkSignature(request: WireRequest, view: SignatureView): Promise<CheckedSignature> {
  let claim: SignedClaim | undefined
  let texts: SignatureTexts | undefined
  try {
    claim = readClaim(request)
    const fault = coverageFault(request, claim) ?? scopeFault(claim, view) ?? clockFault(claim, view.now)
    if (fault) throw fault
    const known = await view.credentialsOf(claim.scope.accessKeyId)
    const payload = await payloadLine(request, known ? view.body : async () => EMPTY)
    const matched = await matchedText(request, claim, payload, known)
    texts = matched.texts
    const refused = keyFault(claim, known) ?? (matched.isGood ? undefined : new SignatureFault('mismatch'))
    if (refused) throw refused
    await refuseOtherBody(payload, view)
    return { claim, texts }
  } catch (error) {
    if (!(error instanceof SignatureFault)) throw error
    return { claim, texts: texts ?? (claim && likeliestTexts(request, claim)), fault: error }
  }
}

function scopeFault({ scope, date }: SignedClaim, { region, services }: SignatureView): SignatureFault | undefined {
  if (scope.day !== date.slice(0, 8)) return new SignatureFault('scope_date', `${scope.day}, not ${date.slice(0, 8)}`)
  if (region !== undefined && scope.region !== region) {
    return new SignatureFault('region', `${scope.region}, not ${region}`)
  }
  if (!services.includes(scope.service)) {
    return new SignatureFault('service', `${scope.service}, not ${services.join(' or ')}`)
  }
  return undefined
}

function clockFault({ signedAt, expires, date }: SignedClaim, now: number): SignatureFault | undefined {
  const ends = expires === undefined ? signedAt + CLOCK_SKEW_MS : signedAt + expires * 1_000
  const at = new Date(now).toISOString()
  if (now > ends)
    return new SignatureFault(
      'too_old',
      `signed at ${date}, good until ${new Date(ends).toISOString()}, and it is ${at}`,
    )
  if (now < signedAt - CLOCK_SKEW_MS) return new SignatureFault('too_early', `signed at ${date}, and it is ${at}`)
  return undefined
}

function keyFault({ scope, token }: SignedClaim, known: SigningCredentials | undefined): SignatureFault | undefined {
  if (!known) return new SignatureFault('unknown_key', scope.accessKeyId.slice(0, 128))
  if (known.sessionToken !== undefined && token === undefined) return new SignatureFault('token_missing')
  if (token !== undefined && !isSame(token, known.sessionToken ?? '')) return new SignatureFault('token_unknown')
  return undefined
}

/** Which of the readings of this request was signed; the likeliest where none was. */
async function matchedText(
  request: WireRequest,
  claim: SignedClaim,
  payload: string,
  known: SigningCredentials | undefined,
): Promise<{ readonly texts: SignatureTexts; readonly isGood: boolean }> {
  const key = await signingKeyOf(claim, known)
  const readings = canonicalRequests(request, claim, payload).map((text) => textsOf(text, claim))
  for (const texts of readings) {
    if (isSame(await signatureOver(texts.stringToSign, key), claim.signature)) return { texts, isGood: true }
  }
  return { texts: readings[0]!, isGood: false }
}

function signingKeyOf({ scope }: SignedClaim, known: SigningCredentials | undefined): Promise<Uint8Array> {
  const { accessKeyId, secretAccessKey } = known ?? { accessKeyId: '', secretAccessKey: NO_SECRET }
  const credentials = { accessKeyId, secretAccessKey }
  return getSigningKey(Hash.bind(null, 'sha256') as never, credentials, scope.day, scope.region, scope.service)
}

function textsOf(canonicalRequest: string, { scope, date }: SignedClaim): SignatureTexts {
  const place = createScope(scope.day, scope.region, scope.service)
  return { canonicalRequest, stringToSign: ['AWS4-HMAC-SHA256', date, place, sha256(canonicalRequest)].join('\n') }
}

async function signatureOver(stringToSign: string, key: Uint8Array): Promise<string> {
  const hash = new Hash('sha256', key)
  hash.update(stringToSign)
  return toHex(await hash.digest())
}

function likeliestTexts(request: WireRequest, claim: SignedClaim): SignatureTexts | undefined {
  const [text] = canonicalRequests(request, claim, soleValueOf(request, 'x-amz-content-sha256') ?? sha256(EMPTY))
  return text === undefined ? undefined : textsOf(text, claim)
}

/** The last line of what is signed: what the request says of its body, or where it says nothing, the hash of that body. */
async function payloadLine(request: WireRequest, body: () => Promise<Uint8Array>): Promise<string> {
  const said = soleValueOf(request, 'x-amz-content-sha256')
  if (said === undefined) return sha256(await body())
  if (said === null || (said !== UNSIGNED_PAYLOAD && !/^[0-9a-fA-F]{64}$/.test(said)))
    throw new SignatureFault('payload')
  return said
}

/** What a request says of its body is signed; that it is true is seen when the body has come. */
async function refuseOtherBody(said: string, { body }: SignatureView): Promise<void> {
  if (said !== UNSIGNED_PAYLOAD && sha256(await body()) !== said.toLowerCase()) throw new SignatureFault('payload')
}

function sha256(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex')
}

/** Compares in a time that depends on neither. */
function isSame(a: string, b: string): boolean {
  return timingSafeEqual(createHash('sha256').update(a).digest(), createHash('sha256').update(b).digest())
}
