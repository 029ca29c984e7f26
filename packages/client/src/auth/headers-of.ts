import type { Credentials, RequestHeaders, SignedRequest } from './credentials.ts'

/** The headers by which this request says who asks. */
export async function headersOf(credentials: Credentials, request: SignedRequest): Promise<RequestHeaders> {
  const { ticket, token, headers } = credentials
  const bearer = token ?? ticket
  const own = typeof headers === 'function' ? await headers(request) : headers
  return { ...(bearer ? { authorization: `Bearer ${bearer}` } : {}), ...own }
}
