import { createHash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { ApiKey, SigningKey } from './credentials.ts'

const holder = {
  id: z.string().min(1).max(128),
  principal: z.string().min(1).max(256),
  roles: z.array(z.string().min(1).max(64)).max(64).default([]),
  createdAt: z.number(),
  expiresAt: z.number().optional(),
}

/** One key as the file keeps it. A signature cannot be checked without its secret; of an API key the hash is enough. */
export const KeyRecord = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('sigv4'), ...holder, secret: z.string().min(1), token: z.string().min(1).optional() }),
  z.object({ kind: z.literal('api'), ...holder, hash: z.string().regex(/^[0-9a-f]{64}$/) }),
])
export type KeyRecord = z.infer<typeof KeyRecord>

export interface WantedKey {
  readonly kind?: 'sigv4' | 'api'
  readonly principal: string
  readonly roles?: readonly string[]
  /** Seconds until it is worth nothing; for ever unless given. A key that signs comes with a session token then. */
  readonly expiresIn?: number
}

/** A key as it is shown once, to whoever made it. */
export type MadeKey = {
  readonly kind: 'sigv4' | 'api'
  readonly id: string
  readonly principal: string
  readonly roles: readonly string[]
  readonly expiresAt?: number
} & (
  | { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string }
  | { readonly key: string }
)

const CAPITALS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'

/** A fresh key, as the file keeps it and as its owner is shown it. */
export function makeKey(
  { kind = 'sigv4', principal, roles = [], expiresIn }: WantedKey,
  now: number,
): [KeyRecord, MadeKey] {
  const expiresAt = expiresIn === undefined ? {} : { expiresAt: now + expiresIn * 1_000 }
  const held = { principal, roles: [...roles], ...expiresAt }
  if (kind === 'api') {
    const id = randomBytes(9).toString('hex')
    const key = `${API_KEY_PREFIX}${id}_${randomBytes(32).toString('base64url')}`
    return [
      { kind, id, ...held, createdAt: now, hash: hashOfKey(key) },
      { kind, id, ...held, key },
    ]
  }
  const id = `AKLW${[...randomBytes(16)].map((byte) => CAPITALS[byte % 32]).join('')}`
  const secret = randomBytes(30).toString('base64url')
  const token = expiresIn === undefined ? undefined : randomBytes(48).toString('base64')
  return [
    { kind, id, ...held, createdAt: now, secret, ...(token === undefined ? {} : { token }) },
    {
      kind,
      id,
      ...held,
      accessKeyId: id,
      secretAccessKey: secret,
      ...(token === undefined ? {} : { sessionToken: token }),
    },
  ]
}

export const API_KEY_PREFIX = 'lwk_'

export function hashOfKey(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}

export function signingKeyOf(record: KeyRecord | undefined): SigningKey | undefined {
  if (record?.kind !== 'sigv4') return undefined
  const { id, secret, token, principal, roles, expiresAt } = record
  return { accessKeyId: id, secretAccessKey: secret, sessionToken: token, principal, roles, expiresAt }
}

export function apiKeyOf(record: KeyRecord | undefined): ApiKey | undefined {
  return record?.kind === 'api' ? record : undefined
}
