import type { Credentials } from '../auth/credentials.ts'

const BEARER = 'base64UrlBearerAuthorization'

/** What the handshake of a WebSocket carries of who asks. Where it is headers, it is the options that Node's WebSocket takes. */
export async function handshakeOf(protocol: string, url: string, { token, headers }: Credentials): Promise<string[]> {
  const protocols = [protocol, ...(token ? [`${BEARER}.${base64Url(token)}`, BEARER] : [])]
  if (!headers) return protocols
  const own = typeof headers === 'function' ? await headers({ method: 'GET', url }) : headers
  return { protocols, headers: own } as never
}

function base64Url(text: string): string {
  const bytes = String.fromCharCode(...new TextEncoder().encode(text))
  return btoa(bytes).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '')
}
