import { expect, test } from 'vitest'
import { byHeader, type House, house } from '../house.ts'
import { ForeignPeer } from './socket.ts'

// A server in the place of the service, called at the addresses that its clients make.

const ARN = 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/echo-0123456789'
const ENCODED = encodeURIComponent(ARN)
const SESSION = 'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id'
const USER = 'X-Amzn-Bedrock-AgentCore-Runtime-User-Id'
const NAME = 'a-session-of-the-service-0123456789'

async function said(home: House, peer: ForeignPeer, n: number, text: string): Promise<void> {
  peer.send({ prompt: text })
  const run = await home.host.run(n)
  expect(run.start.inputs).toMatchObject([{ text }])
  run.message(1, text)
  run.end()
  await peer.next('completion')
}

async function post(home: House, path: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(`${home.url}${path}`, { method: 'POST', body, headers })
  const text = await response.text()
  return { status: response.status, type: response.headers.get('x-amzn-errortype'), headers: response.headers, text }
}

test('[D15] [X12] a runtime is found by its ARN, raw or encoded, by its id with an account, with a qualifier or without', async () => {
  const home = await house()
  const addresses = [
    `/runtimes/${ENCODED}/ws`,
    `/runtimes/${ARN}/ws`,
    `/runtimes/${ENCODED}/ws?qualifier=DEFAULT`,
    `/runtimes/echo-0123456789/ws?accountId=123456789012`,
  ]
  for (const [index, address] of addresses.entries()) {
    await said(home, await ForeignPeer.connect(home.url, address), index + 1, 'Hello')
  }
  expect(home.host.runs.every(({ start }) => start.agent === 'echo')).toBe(true)
})

test('[D15] [X7] [X8] the session comes by header or query in any case, is told in the answer to the handshake, and is made where none is named', async () => {
  const home = await house()
  let told: string | undefined
  const connect = async (path: string, headers: Record<string, string> = {}) => {
    const connecting = ForeignPeer.connect(home.url, path, headers, [], (response) => {
      told = response.headers[SESSION.toLowerCase()] as string
    })
    return connecting
  }
  await said(home, await connect(`/runtimes/${ENCODED}/ws`, { [SESSION]: NAME }), 1, 'One')
  expect(told).toBe(NAME)
  await said(
    home,
    await connect(`/runtimes/${ENCODED}/ws?x-amzn-bedrock-agentcore-runtime-session-id=${NAME}`),
    2,
    'Two',
  )
  expect(told).toBe(NAME)
  await said(home, await connect(`/runtimes/${ENCODED}/ws`), 3, 'Three')
  expect(told).toMatch(/^[a-zA-Z0-9][a-zA-Z0-9_-]{32,99}$/)
  expect(home.host.runs.map(({ start }) => start.session)).toEqual([NAME, NAME, told])
})

test("[D16] [X13] [X15] errors before the upgrade have the service's status, type and message", async () => {
  const home = await house({ verifiers: [byHeader] })
  const ann = { 'x-principal': 'ann' }
  const refused = (path: string, headers: Record<string, string> = ann) =>
    ForeignPeer.connect(home.url, path, headers).then(
      () => 'connected',
      ({ status, headers: answered, body }) => [status, answered['x-amzn-errortype'], typeof JSON.parse(body).message],
    )
  const ws = `/runtimes/${ENCODED}/ws`
  expect(await refused(`${ws}?qualifier=-`)).toEqual([400, 'ValidationException', 'string'])
  expect(await refused(ws, { ...ann, [SESSION]: 'too-short' })).toEqual([400, 'ValidationException', 'string'])
  expect(await refused('/runtimes/arn%3Aaws%3Ano/ws')).toEqual([400, 'ValidationException', 'string'])
  expect(await refused(`/runtimes/nobody-0123456789/ws`)).toEqual([404, 'ResourceNotFoundException', 'string'])
  expect(await refused(ws, {})).toEqual([401, 'UnauthorizedException', 'string'])
  expect(await refused(ws, { authorization: 'AWS4-HMAC-SHA256 Credential=a' })).toEqual([
    403,
    'AccessDeniedException',
    'string',
  ])
  expect(await refused(ws, { ...ann, [USER]: 'somebody' })).toEqual([403, 'AccessDeniedException', 'string'])
  const challenge = await post(home, `/runtimes/${ENCODED}/invocations`, '{}')
  expect(challenge.headers.get('www-authenticate')).toBe(
    `Bearer resource_metadata="${home.url}/runtimes/${ENCODED}/invocations/.well-known/oauth-protected-resource?qualifier=DEFAULT"`,
  )
})

test('[D16] an invocation answers with its session; a failure of the agent is a 424 without what the agent said of it elsewhere', async () => {
  const home = await house()
  const path = `/runtimes/${ENCODED}/invocations?qualifier=DEFAULT`
  const answering = post(home, path, '{"prompt":"Hello"}', { [SESSION]: NAME })
  const run = await home.host.run()
  run.message(1, 'Good day')
  run.end()
  const { status, headers, text } = await answering
  expect([status, headers.get(SESSION), JSON.parse(text).response]).toEqual([200, NAME, 'Good day'])
  const failing = post(home, path, '{"prompt":"Hello"}', { [SESSION]: NAME })
  ;(await home.host.run(2)).fail('agent_error', 'it broke')
  expect(await failing).toMatchObject({ status: 424, type: 'RuntimeClientError' })
})

test('[D17] [X17] to stop a session ends it and what it runs, and the same name begins a fresh one; what was said can still be read', async () => {
  const home = await house()
  const stop = (headers: Record<string, string> = { [SESSION]: NAME }) =>
    post(
      home,
      `/runtimes/${ENCODED}/stopruntimesession?qualifier=DEFAULT`,
      '{"clientToken":"0123456789012345678901234567890123"}',
      headers,
    )
  expect(await stop({})).toMatchObject({ status: 400, type: 'ValidationException' })
  expect(await stop()).toMatchObject({ status: 404, type: 'ResourceNotFoundException' })
  const peer = await ForeignPeer.connect(home.url, `/runtimes/${ENCODED}/ws`, { [SESSION]: NAME })
  peer.send({ prompt: 'Hello' })
  const run = await home.host.run()
  const stopped = await stop()
  expect([stopped.status, stopped.headers.get(SESSION)]).toEqual([200, NAME])
  expect(run.isCancelled).toBe(true)
  expect(await peer.ended()).toMatchObject({ code: 1001 })
  expect((await stop()).status).toBe(200)
  await said(home, await ForeignPeer.connect(home.url, `/runtimes/${ENCODED}/ws`, { [SESSION]: NAME }), 2, 'Anew')
  expect((await home.host.run(2)).start).toMatchObject({ session: `${NAME}.2`, history: [] })
  expect((await home.fetch(`/v1/sessions/${NAME}`)).body).toMatchObject({ status: 'closed' })
})

test('[D17] [X9] a caller with the role may speak for its users, each in a name space of its own', async () => {
  const home = await house()
  const path = `/runtimes/${ENCODED}/ws`
  await said(home, await ForeignPeer.connect(home.url, path, { [SESSION]: NAME, [USER]: 'ann' }), 1, 'Mine')
  await said(home, await ForeignPeer.connect(home.url, `${path}?${USER}=bob`, { [SESSION]: NAME }), 2, 'Hello')
  expect(home.host.runs.map(({ start }) => [start.principal, start.session])).toEqual([
    ['local/ann', NAME],
    ['local/bob', NAME],
  ])
})
