import { readFileSync } from 'node:fs'
import { credsAuthenticator, type NodeConnectionOptions } from '@nats-io/transport-node'

const SCHEMES = ['nats:', 'tls:']

/**
 * Where the servers are and how to be let in, from `nats://user:password@host:4222`, several with commas. `tls://` wants
 * an encrypted line; `?ca=FILE` trusts that certificate, `?creds=FILE` shows those credentials.
 */
export function connectionOf(address: string): NodeConnectionOptions {
  const urls = address.split(',').map((each) => urlOf(each.trim()))
  const [first] = urls as [URL, ...URL[]]
  const { username, password, searchParams } = first
  const ca = searchParams.get('ca')
  const creds = searchParams.get('creds')
  const isSecure = ca !== null || urls.some(({ protocol }) => protocol === 'tls:')
  return {
    servers: urls.map(({ hostname, port }) => `${hostname}:${port || 4222}`),
    ...(username && password ? { user: decodeURIComponent(username), pass: decodeURIComponent(password) } : {}),
    ...(username && !password ? { token: decodeURIComponent(username) } : {}),
    ...(isSecure ? { tls: ca === null ? {} : { ca: readFileSync(ca, 'utf8') } } : {}),
    ...(creds === null ? {} : { authenticator: credsAuthenticator(readFileSync(creds)) }),
  }
}

function urlOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url && SCHEMES.includes(url.protocol) && url.hostname !== '') return url
  throw new RangeError('the address of a bus is nats://HOST:PORT, or tls://HOST:PORT')
}
