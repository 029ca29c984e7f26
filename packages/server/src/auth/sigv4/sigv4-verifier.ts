import type { Clock } from '../../clock.ts'
import { Refusal } from '../../refusal.ts'
import type { Credentials, SigningKey } from '../credentials/credentials.ts'
import type { Identity, Verifier } from '../verifier.ts'
import type { SeesOf } from '../visibility.ts'
import { servicesOf } from './services.ts'
import { SIGNATURE_FAULTS } from './signature-fault.ts'
import { isSigned, type SignedClaim } from './signed-claim.ts'
import { UsedSignatures } from './used-signatures.ts'
import { type CheckedSignature, checkSignature } from './verify-signature.ts'
import { wireRequestOf } from './wire-request.ts'

export interface Sigv4Settings {
  /** Only requests that are signed for this region are taken; for any unless given. */
  readonly region?: string | undefined
  /** An address that carries its signature is good for one use. False unless given. */
  readonly singleUse?: boolean | undefined
}

interface Sigv4House extends Sigv4Settings {
  readonly credentials: Credentials
  readonly clock: Clock
  readonly seesOf: SeesOf
}

const PROOF = 'sigv4:'
const NO_BODY = new Uint8Array()

/** Knows a request by the signature it carries, in its headers or in its address. */
export function sigv4Verifier({ credentials, clock, seesOf, region, singleUse = false }: Sigv4House): Verifier {
  const used = new UsedSignatures(clock)
  return {
    name: 'sigv4',
    async verify(message, body = async () => NO_BODY) {
      const request = wireRequestOf(message)
      if (!isSigned(request)) return undefined
      let key: SigningKey | undefined
      const credentialsOf = async (accessKeyId: string) => {
        key = await credentials.signingKey(accessKeyId)
        return key !== undefined && isCurrent(key, clock) ? key : undefined
      }
      const services = servicesOf(request.path)
      const checked = await checkSignature(request, { now: clock.now(), region, services, credentialsOf, body })
      refuseFault(checked)
      if (singleUse) refuseUsed(checked.claim!, used)
      return identityOf(key!, seesOf)
    },
    async holds(proof) {
      if (!proof.startsWith(PROOF)) return true
      const key = await credentials.signingKey(proof.slice(PROOF.length))
      return key !== undefined && isCurrent(key, clock)
    },
  }
}

function refuseFault({ fault, claim }: CheckedSignature): void {
  if (!fault) return
  // Which key was known, and how near the signature came, is not for strangers: an operator asks `longwire auth explain`.
  const isAboutSecrets = ['mismatch', 'unknown_key', 'token_missing', 'token_unknown'].includes(fault.code)
  const said = isAboutSecrets ? SIGNATURE_FAULTS.mismatch : fault.message
  throw new Refusal('unauthenticated', said, { cause: fault, key: claim?.scope.accessKeyId })
}

function refuseUsed(claim: SignedClaim, used: UsedSignatures): void {
  if (claim.expires === undefined) return
  if (!used.take(claim.signature, claim.signedAt + claim.expires * 1_000)) {
    throw new Refusal('unauthenticated', SIGNATURE_FAULTS.used, { key: claim.scope.accessKeyId })
  }
}

function isCurrent({ expiresAt }: SigningKey, clock: Clock): boolean {
  return expiresAt === undefined || expiresAt > clock.now()
}

function identityOf({ accessKeyId, principal, roles = [], expiresAt }: SigningKey, seesOf: SeesOf): Identity {
  return { principal, roles, sees: seesOf(roles), expiresAt, proofs: [`${PROOF}${accessKeyId}`] }
}
