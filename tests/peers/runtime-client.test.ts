import type { ServerOptions } from '@longwire/server'
import { RuntimeClient } from 'bedrock-agentcore/runtime'
import { afterAll, describe, expect, test } from 'vitest'
import { provider } from '../../packages/server/test/auth/provider.ts'
import { ForeignPeer } from '../../packages/server/test/dialects/socket.ts'
import { type House, house } from '../../packages/server/test/house.ts'

// AWS's own client for AgentCore, pointed at this server by the one setting it has for that, against the real verifier.

const ENDPOINT = 'BEDROCK_AGENTCORE_DATA_PLANE_ENDPOINT'
const KEY = { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' }
const TOKEN = { ...KEY, accessKeyId: 'ASIAIOSFODNN7EXAMPLE', sessionToken: 'a+token/with=signs' }
const runtimeArn = 'arn:aws:bedrock-agentcore:us-west-2:123456789012:runtime/echo-0123456789'
const before = process.env[ENDPOINT]

afterAll(() => {
  if (before === undefined) delete process.env[ENDPOINT]
  else process.env[ENDPOINT] = before
})

async function guarded(options: Partial<ServerOptions['auth']> = {}): Promise<House> {
  const credentialsOf = async (id: string) =>
    [KEY, TOKEN].map((key) => ({ ...key, principal: 'ann' })).find(({ accessKeyId }) => accessKeyId === id)
  const home = await house({ auth: { use: ['sigv4'], credentials: credentialsOf, ...options } })
  process.env[ENDPOINT] = home.url
  return home
}

function clientOf(credentials: typeof KEY): RuntimeClient {
  return new RuntimeClient({ region: 'us-west-2', credentialsProvider: async () => credentials })
}

function connected(home: House, url: string, headers: Record<string, string> = {}): Promise<ForeignPeer> {
  const { pathname, search } = new URL(url)
  return ForeignPeer.connect(home.url, `${pathname}${search}`, headers)
}

async function aTurn(home: House, url: string, headers: Record<string, string> = {}): Promise<void> {
  const peer = await connected(home, url, headers)
  peer.send({ prompt: 'Hello' })
  const run = await home.host.run()
  run.message(1, 'Good day')
  run.end()
  expect(await peer.next('completion')).toMatchObject({ completion: { text: 'Good day' } })
}

describe.each([
  ['a key', KEY],
  ['temporary credentials', TOKEN],
])('[D15] the client for JavaScript, with %s', (_, credentials) => {
  test('[X29] [X37] connects with signed headers and its bare host, with an endpoint of any name', async () => {
    const home = await guarded()
    const sessionId = 'a-session-that-the-client-names-0123'
    const { url, headers } = await clientOf(credentials).generateWsConnection({
      runtimeArn,
      sessionId,
      endpointName: 'DEFAULT',
    })
    expect(headers.host).toBe('127.0.0.1')
    await aTurn(home, url, headers)
    expect((await home.host.run()).start).toMatchObject({ principal: 'ann', session: sessionId })
  })

  test('[X30] [X37] connects with a presigned address, which has lost its port', async () => {
    const home = await guarded()
    const url = await clientOf(credentials).generatePresignedUrl({
      runtimeArn,
      expires: 60,
      customHeaders: { 'X-Amzn-Bedrock-AgentCore-Runtime-Custom-Note': "it's (one) of *those*!" },
    })
    expect(new URL(url)).toMatchObject({ protocol: 'wss:', port: '' })
    await aTurn(home, url, { host: '127.0.0.1' })
  })
})

test('[D15] [I12] the client for JavaScript connects with a token of an identity provider, and with one of its next key', async () => {
  const idp = await provider()
  const jwt = { issuer: idp.url, audiences: ['longwire'], clients: ['app'], cooldownMs: 0 }
  const home = await guarded({ use: ['sigv4', 'jwt'], jwt })
  const connection = (bearerToken: string) => clientOf(KEY).generateWsConnectionOAuth({ runtimeArn, bearerToken })
  const first = await connection(await idp.token())
  await aTurn(home, first.url, first.headers)
  expect((await home.host.run()).start.principal).toBe('ann')
  await idp.rotate('second')
  const { url, headers } = await connection(await idp.token({ sub: 'bob' }))
  const peer = await connected(home, url, headers)
  peer.send({ prompt: 'Hello' })
  expect((await home.host.run(2)).start.principal).toBe('bob')
  // A key that the provider has taken back, and a token for others, are refused as the service refuses them.
  for (const bearerToken of [first.headers.Authorization!.slice(7), await idp.token({ aud: 'another' })]) {
    const refused = await connection(bearerToken)
    await expect(connected(home, refused.url, refused.headers)).rejects.toMatchObject({
      status: 401,
      headers: { 'x-amzn-errortype': 'UnauthorizedException', 'www-authenticate': expect.stringContaining('Bearer') },
    })
  }
})

test('[D16] a signature that is no good is refused as the service refuses it', async () => {
  const home = await guarded()
  const { url, headers } = await clientOf({ ...KEY, secretAccessKey: 'another' }).generateWsConnection({ runtimeArn })
  await expect(aTurn(home, url, headers)).rejects.toMatchObject({
    status: 403,
    headers: { 'x-amzn-errortype': 'AccessDeniedException' },
  })
})
