import type { Verifier } from '@longwire/server'
import { RuntimeClient } from 'bedrock-agentcore/runtime'
import { afterAll, describe, expect, test } from 'vitest'
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

/** Knows the bearer of one token. */
const bearer: Verifier = {
  name: 'bearer',
  async verify({ headers }) {
    if (headers.authorization !== 'Bearer a-token') return undefined
    return { principal: 'bearer', sees: { trace: 'step', reasoning: true } }
  },
}

async function guarded(): Promise<House> {
  const credentialsOf = async (id: string) =>
    [KEY, TOKEN].map((key) => ({ ...key, principal: 'ann' })).find(({ accessKeyId }) => accessKeyId === id)
  const home = await house({ verifiers: [bearer], auth: { use: ['sigv4'], credentials: credentialsOf } })
  process.env[ENDPOINT] = home.url
  return home
}

function clientOf(credentials: typeof KEY): RuntimeClient {
  return new RuntimeClient({ region: 'us-west-2', credentialsProvider: async () => credentials })
}

async function aTurn(home: House, url: string, headers: Record<string, string> = {}): Promise<void> {
  const { pathname, search } = new URL(url)
  const peer = await ForeignPeer.connect(home.url, `${pathname}${search}`, headers)
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
  test('connects with signed headers and its bare host, with an endpoint of any name', async () => {
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

  test('connects with a presigned address, which has lost its port', async () => {
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

test('[D15] the client for JavaScript connects with a bearer token', async () => {
  const home = await guarded()
  const { url, headers } = await clientOf(KEY).generateWsConnectionOAuth({ runtimeArn, bearerToken: 'a-token' })
  await aTurn(home, url, headers)
  expect((await home.host.run()).start.principal).toBe('bearer')
})

test('[D16] a signature that is no good is refused as the service refuses it', async () => {
  const home = await guarded()
  const { url, headers } = await clientOf({ ...KEY, secretAccessKey: 'another' }).generateWsConnection({ runtimeArn })
  await expect(aTurn(home, url, headers)).rejects.toMatchObject({
    status: 403,
    headers: { 'x-amzn-errortype': 'AccessDeniedException' },
  })
})
