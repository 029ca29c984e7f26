import { readFileSync } from 'node:fs'
import { isIP } from 'node:net'
import { userInfo } from 'node:os'
import type { ConnectionOptions } from 'node:tls'
import { StoreUnavailable } from '@longwire/store'

/** What a connection is made with. Where several ways to talk are allowed, they are tried in this order. */
export interface Address {
  readonly host: string
  readonly port: number
  readonly database: string | undefined
  readonly user: string | undefined
  readonly password: string | undefined
  readonly ways: readonly (ConnectionOptions | false)[]
}

const EXAMPLE = 'postgres://user:password@host:5432/database'

/** Rejects with `StoreUnavailable` for what is no address; what it says never holds the password. */
export function addressOf(url: string, tls: ConnectionOptions | undefined): Address {
  const parsed = parse(url)
  if (!parsed || !['postgres:', 'postgresql:'].includes(parsed.protocol)) {
    throw new StoreUnavailable('unavailable', `the address of the database is not a URL like ${EXAMPLE}`)
  }
  const asked = parsed.searchParams
  const host = asked.get('host') ?? (decodeURIComponent(parsed.hostname).replace(/^\[|\]$/g, '') || 'localhost')
  return {
    host,
    port: Number(parsed.port || asked.get('port') || 5432),
    database: decodeURIComponent(parsed.pathname.slice(1)) || undefined,
    user: decodeURIComponent(parsed.username) || asked.get('user') || process.env.PGUSER || userOfThisProcess(),
    password: decodeURIComponent(parsed.password) || asked.get('password') || undefined,
    ways: waysOf(asked, host, tls),
  }
}

/** As every client of PostgreSQL takes it, whether or not the environment says so too. */
function userOfThisProcess(): string | undefined {
  try {
    return userInfo().username
  } catch {
    return undefined // a user without a name, as containers have them
  }
}

/** The address as it may be shown: without the password, wherever the URL has it. */
export function redactedAddress(url: string): string {
  const parsed = parse(url)
  if (!parsed) return 'postgres://…'
  parsed.password = ''
  for (const secret of ['password', 'sslkey', 'sslpassword']) parsed.searchParams.delete(secret)
  return parsed.href
}

/** Not with `cause`: what Node throws for a URL that is none holds all of it. */
function parse(url: string): URL | undefined {
  return URL.canParse(url) ? new URL(url) : undefined
}

function waysOf(asked: URLSearchParams, host: string, tls: ConnectionOptions | undefined): Address['ways'] {
  const mode = asked.get('sslmode') ?? (tls ? 'verify-full' : isLoopback(host) ? 'allow' : 'prefer')
  const root = asked.get('sslrootcert')
  const files = {
    ...(root && root !== 'system' ? { ca: pem('sslrootcert', root) } : {}),
    ...pemOf(asked, 'sslcert', 'cert'),
    ...pemOf(asked, 'sslkey', 'key'),
    ...tls,
  }
  const unverified = { rejectUnauthorized: false, ...files }
  // The certificate has to be known, its name not.
  const known = { ...files, checkServerIdentity: () => undefined }
  switch (mode) {
    case 'disable':
      return [false]
    case 'allow':
      return [false, unverified]
    case 'prefer':
      return [unverified, false]
    case 'require':
      return [root ? known : unverified]
    case 'no-verify':
      return [unverified]
    case 'verify-ca':
      return [known]
    case 'verify-full':
      return [files]
  }
  const modes = 'disable, allow, prefer, require, verify-ca or verify-full'
  throw new StoreUnavailable('unavailable', `the address of the database asks for sslmode=${mode}: it is ${modes}`)
}

function isLoopback(host: string): boolean {
  return host.startsWith('/') || host === 'localhost' || (isIP(host) > 0 && (host === '::1' || host.startsWith('127.')))
}

function pemOf(asked: URLSearchParams, parameter: string, name: 'cert' | 'key'): ConnectionOptions {
  const file = asked.get(parameter)
  return file === null ? {} : { [name]: pem(parameter, file) }
}

function pem(parameter: string, file: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch (cause) {
    throw new StoreUnavailable(
      'unavailable',
      `cannot read ${file}, which ${parameter} of the database's address names`,
      {
        cause,
      },
    )
  }
}
