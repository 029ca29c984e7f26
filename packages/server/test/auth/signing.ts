import { Hash } from '@smithy/core/serde'
import { SignatureV4 } from '@smithy/signature-v4'
import type { MadeKey } from '../../src/index.ts'

// Requests signed as AWS's own clients sign them, with the signer that they use.

interface Wanted {
  readonly method?: string
  readonly headers?: Record<string, string>
  readonly body?: string
  readonly service?: string
  readonly region?: string
  readonly at?: Date
}

export function signerFor(key: MadeKey, { service = 'bedrock-agentcore', region = 'us-west-2' }: Wanted): SignatureV4 {
  if (!('secretAccessKey' in key)) throw new Error('an API key signs nothing')
  const { accessKeyId, secretAccessKey, sessionToken } = key
  const credentials = { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) }
  return new SignatureV4({ credentials, region, service, sha256: Hash.bind(null, 'sha256') as never })
}

function requestTo(url: string, { method = 'GET', headers = {}, body }: Wanted) {
  const { protocol, hostname, host, pathname, searchParams } = new URL(url)
  return {
    method,
    protocol,
    hostname,
    path: pathname,
    query: Object.fromEntries(searchParams),
    headers: { host, ...headers },
    ...(body === undefined ? {} : { body }),
  }
}

/** The headers with which this request is signed. `fetch` sets the host by itself. */
export async function signedHeaders(key: MadeKey, url: string, wanted: Wanted = {}): Promise<Record<string, string>> {
  const at = wanted.at ?? new Date()
  const request = requestTo(url, wanted) as Parameters<SignatureV4['presign']>[0]
  return (await signerFor(key, wanted).sign(request, { signingDate: at })).headers
}

/** The address with its signature in the query. */
export async function signedAddress(
  key: MadeKey,
  url: string,
  wanted: Wanted & { expiresIn?: number } = {},
): Promise<string> {
  const { expiresIn = 60, at = new Date() } = wanted
  const { query } = await signerFor(key, wanted).presign(requestTo(url, wanted) as never, {
    expiresIn,
    signingDate: at,
  })
  const address = new URL(url)
  const pairs = Object.entries(query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  )
  address.search = pairs.join('&')
  return address.href
}
