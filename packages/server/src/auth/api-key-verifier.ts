import { timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Clock } from '../clock.ts'
import { Refusal } from '../refusal.ts'
import { bearerOf } from './bearer.ts'
import type { ApiKey, Credentials } from './credentials/credentials.ts'
import { API_KEY_PREFIX, hashOfKey } from './credentials/key-records.ts'
import type { Identity, Verifier } from './verifier.ts'
import type { SeesOf } from './visibility.ts'

interface ApiKeyHouse {
  readonly credentials: Credentials
  readonly clock: Clock
  readonly seesOf: SeesOf
}

const PROOF = 'key:'
const NO_HASH = '0'.repeat(64)

/** Knows a server by the key that it shows: `Authorization: Bearer lwk_…`, or `X-Api-Key`. */
export function apiKeyVerifier({ credentials, clock, seesOf }: ApiKeyHouse): Verifier {
  async function redeem(key: string): Promise<Identity | undefined> {
    if (!key.startsWith(API_KEY_PREFIX)) return undefined
    const [, id = ''] = /^lwk_([0-9a-f]{1,64})_/.exec(key) ?? []
    const known = await credentials.apiKey(id)
    const isRight = timingSafeEqual(Buffer.from(hashOfKey(key)), Buffer.from(known?.hash ?? NO_HASH))
    if (!known || !isRight || !isCurrent(known, clock)) {
      throw new Refusal('unauthenticated', 'the key is unknown, revoked or out of time', { key: id })
    }
    const { principal, roles = [], expiresAt } = known
    return { principal, roles, sees: seesOf(roles), expiresAt, proofs: [`${PROOF}${id}`] }
  }
  return {
    name: 'key',
    redeem,
    async verify(request) {
      const key = keyOf(request)
      return key === undefined ? undefined : redeem(key)
    },
    async holds(proof) {
      if (!proof.startsWith(PROOF)) return true
      const key = await credentials.apiKey(proof.slice(PROOF.length))
      return key !== undefined && isCurrent(key, clock)
    },
  }
}

function keyOf(request: IncomingMessage): string | undefined {
  const named = request.headers['x-api-key']
  return typeof named === 'string' ? named.trim() : bearerOf(request)
}

function isCurrent({ expiresAt }: ApiKey, clock: Clock): boolean {
  return expiresAt === undefined || expiresAt > clock.now()
}
