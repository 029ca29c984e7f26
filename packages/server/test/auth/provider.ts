import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterwards } from '../house.ts'

type Key = Awaited<ReturnType<typeof generateKeyPair>>['privateKey']

export interface Provider {
  readonly url: string
  /** From now on tokens are signed with a fresh key, under this name. */
  rotate(kid: string): Promise<void>
  token(claims?: JWTPayload, more?: { alg?: string; key?: Key | Uint8Array; expires?: string }): Promise<string>
  readonly fetched: string[]
}

/** An identity provider as they are: a discovery document, and keys that change. */
export async function provider(): Promise<Provider> {
  const fetched: string[] = []
  let key: Key
  let kid = 'first'
  let keys: object[] = []
  const rotate = async (name: string) => {
    const pair = await generateKeyPair('ES256')
    key = pair.privateKey
    kid = name
    keys = [{ ...(await exportJWK(pair.publicKey)), kid, alg: 'ES256', use: 'sig' }]
  }
  await rotate('first')
  const http = createServer((request, response) => {
    fetched.push(request.url!)
    const body = request.url === '/keys' ? { keys } : { issuer: url, jwks_uri: `${url}/keys` }
    response.setHeader('content-type', 'application/json').end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  afterwards(() => http.close())
  const url = `http://127.0.0.1:${(http.address() as AddressInfo).port}`
  const token: Provider['token'] = (claims = {}, { alg = 'ES256', key: other, expires = '5m' } = {}) =>
    new SignJWT({ sub: 'ann', aud: 'longwire', client_id: 'app', scope: 'chat read', ...claims })
      .setProtectedHeader({ alg, kid })
      .setIssuer((claims.iss as string | undefined) ?? url)
      .setIssuedAt()
      .setExpirationTime(expires)
      .sign(other ?? key)
  return { url, rotate, token, fetched }
}
