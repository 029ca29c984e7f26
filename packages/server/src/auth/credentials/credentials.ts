import type { SigningCredentials } from '../sigv4/verify-signature.ts'

/** Whom a key stands for. */
export interface KeyHolder {
  readonly principal: string
  readonly roles?: readonly string[] | undefined
  /** Milliseconds since 1970. */
  readonly expiresAt?: number | undefined
}

/** A key that requests are signed with. */
export interface SigningKey extends SigningCredentials, KeyHolder {}

/** A key that is shown as it is. The server keeps what it hashes to. */
export interface ApiKey extends KeyHolder {
  readonly id: string
  /** SHA-256 of the whole key, in hexadecimal. */
  readonly hash: string
}

/** Where keys come from. Asked for each request, and again and again while a line is open: a key that is gone ends its lines. */
export interface Credentials {
  signingKey(accessKeyId: string): Promise<SigningKey | undefined>
  apiKey(id: string): Promise<ApiKey | undefined>
}

/** What an operator gives in place of the file: the key of that name, of either kind; undefined where there is none. */
export type CredentialsFunction = (id: string) => Promise<SigningKey | ApiKey | undefined>

/** The operator's function as a source of keys. */
export function credentialsBy(find: CredentialsFunction): Credentials {
  return {
    async signingKey(accessKeyId) {
      const key = await find(accessKeyId)
      return key !== undefined && 'secretAccessKey' in key ? key : undefined
    },
    async apiKey(id) {
      const key = await find(id)
      return key !== undefined && 'hash' in key ? key : undefined
    },
  }
}
