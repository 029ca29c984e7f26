import { decodeProtectedHeader, errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose'
import type { Clock } from '../clock.ts'
import { Refusal } from '../refusal.ts'
import { bearerOf } from './bearer.ts'
import { OidcIssuer } from './oidc-issuer.ts'
import type { Identity, Verifier } from './verifier.ts'
import type { SeesOf } from './visibility.ts'

export interface JwtSettings {
  /** Who makes the tokens. Its discovery document is looked for below it unless `discoveryUrl` says where that is. */
  readonly issuer?: string | undefined
  /** Where the issuer says what it is: ends in `/.well-known/openid-configuration`. */
  readonly discoveryUrl?: string | undefined
  /** The token is for one of these (`aud`). This or `clients` has to be given. */
  readonly audiences?: readonly string[] | undefined
  /** The token was given to one of these (`client_id`, or `azp`). */
  readonly clients?: readonly string[] | undefined
  /** The token has one of these (`scope`, or `scp`). */
  readonly scopes?: readonly string[] | undefined
  /** Each of these claims is, or holds, one of its values. */
  readonly claims?: Readonly<Record<string, readonly string[]>> | undefined
  /** The claim that names the principal: `sub` unless given. */
  readonly principalClaim?: string | undefined
  /** The claim that lists roles: none unless given. */
  readonly rolesClaim?: string | undefined
  /** Signatures that are taken; those with public keys unless given. */
  readonly algorithms?: readonly string[] | undefined
  /** Not before so many milliseconds are keys fetched again for a token that names an unknown one: 30,000 unless given. */
  readonly cooldownMs?: number | undefined
}

interface JwtHouse extends JwtSettings {
  readonly clock: Clock
  readonly seesOf: SeesOf
}

const WITH_PUBLIC_KEYS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'ES512',
  'EdDSA',
  'Ed25519',
]
const CLOCK_TOLERANCE_SECONDS = 10

/** Knows a bearer of a token that an identity provider signed. Throws a sentence where the settings would let anybody in. */
export function jwtVerifier(settings: JwtHouse): Verifier {
  refuseLax(settings)
  const issuer = new OidcIssuer(settings)
  async function redeem(token: string): Promise<Identity | undefined> {
    if (!isJwt(token)) return undefined
    const payload = await verified(token, await issuer.get(), settings)
    refuseOthers(payload, settings)
    return identityOf(payload, settings)
  }
  return {
    name: 'jwt',
    redeem,
    async verify(request) {
      const token = bearerOf(request)
      return token === undefined ? undefined : redeem(token)
    },
  }
}

function refuseLax({ issuer, discoveryUrl, audiences = [], clients = [], algorithms = [] }: JwtSettings): void {
  if (issuer === undefined && discoveryUrl === undefined)
    throw new Error('jwt needs an issuer, or the address of its discovery document')
  if (audiences.length === 0 && clients.length === 0) {
    throw new Error('jwt needs an audience or a client: without, any token of the issuer would open this server')
  }
  const odd = algorithms.find((name) => !WITH_PUBLIC_KEYS.includes(name))
  if (odd !== undefined) throw new Error(`jwt does not take ${odd}: there are ${WITH_PUBLIC_KEYS.join(', ')}`)
}

function isJwt(token: string): boolean {
  try {
    return token.split('.').length === 3 && typeof decodeProtectedHeader(token).alg === 'string'
  } catch {
    return false
  }
}

async function verified(
  token: string,
  { issuer, keys }: { readonly issuer: string; readonly keys: JWTVerifyGetKey },
  { clock, algorithms = WITH_PUBLIC_KEYS, audiences = [], principalClaim = 'sub' }: JwtHouse,
): Promise<JWTPayload> {
  try {
    const { payload } = await jwtVerify(token, keys, {
      issuer,
      algorithms: [...algorithms],
      ...(audiences.length > 0 ? { audience: [...audiences] } : {}),
      requiredClaims: ['exp', principalClaim],
      clockTolerance: CLOCK_TOLERANCE_SECONDS,
      currentDate: new Date(clock.now()),
    })
    return payload
  } catch (cause) {
    if (cause instanceof errors.JWKSTimeout || !(cause instanceof errors.JOSEError)) {
      throw new Refusal('overloaded', 'the keys of the issuer cannot be had now', { cause, retryAfterMs: 5_000 })
    }
    throw new Refusal('unauthenticated', `the token is no good: ${cause.message}`, { cause })
  }
}

function refuseOthers(payload: JWTPayload, { clients = [], scopes = [], claims = {} }: JwtSettings): void {
  const wanted: readonly (readonly [what: string, has: readonly string[], oneOf: readonly string[]])[] = [
    ['client', listed(payload.client_id ?? payload.azp), clients],
    ['scope', listed(payload.scope ?? payload.scp, ' '), scopes],
    ...Object.entries(claims).map(([name, values]) => [name, listed(payload[name]), values] as const),
  ]
  const missing = wanted.find(([, has, oneOf]) => oneOf.length > 0 && !oneOf.some((value) => has.includes(value)))
  if (missing) throw new Refusal('unauthenticated', `the token has no ${missing[0]} that this server takes`)
}

function identityOf(payload: JWTPayload, { principalClaim = 'sub', rolesClaim, seesOf }: JwtHouse): Identity {
  const principal = payload[principalClaim]
  if (typeof principal !== 'string' || principal === '' || principal.length > 256) {
    throw new Refusal('unauthenticated', `the token has no ${principalClaim} that could name a principal`)
  }
  const roles = rolesClaim === undefined ? [] : listed(payload[rolesClaim], ' ')
  const name = typeof payload.name === 'string' ? payload.name.slice(0, 128) : undefined
  return { principal, name, roles, sees: seesOf(roles), expiresAt: payload.exp! * 1_000 }
}

/** Texts of a claim: one, several in a list, or where they may be, several in one text. */
function listed(claim: unknown, separator?: string): readonly string[] {
  if (typeof claim === 'string')
    return separator === undefined ? [claim] : claim.split(separator).filter((each) => each !== '')
  return Array.isArray(claim) ? claim.filter((each) => typeof each === 'string') : []
}
