import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { createKey } from '../../src/index.ts'
import { afterwards, byHeader, type House, house, temporaryFolder } from '../house.ts'
import { ForeignPeer } from './socket.ts'

// The rows of spec/aws-wire.md that no longer story comes by.

const SESSION = 'X-Amzn-Bedrock-AgentCore-Runtime-Session-Id'
const USER = 'X-Amzn-Bedrock-AgentCore-Runtime-User-Id'
const ARN = 'arn:aws:bedrock-agentcore:us-east-1:123456789012:runtime/echo-0123456789'
const WS = `/runtimes/${encodeURIComponent(ARN)}/ws`
const ANN = { 'x-principal': 'ann' }

/** The status with which a handshake is refused; 101 where it is not. */
async function shake(home: House, path: string, headers: Record<string, string> = {}): Promise<number> {
  try {
    ;(await ForeignPeer.connect(home.url, path, headers)).cut()
    return 101
  } catch (error) {
    return (error as { status: number }).status
  }
}

test('[X8] an id of a session has 33 to 100 characters of an alphabet, and no other is taken', async () => {
  const home = await house()
  const named = (id: string) => shake(home, WS, { [SESSION]: id })
  for (const id of ['s'.repeat(33), 's'.repeat(100), `0${'_-'.repeat(20)}`]) expect(await named(id), id).toBe(101)
  const odd = ['s'.repeat(32), 's'.repeat(101), `-${'s'.repeat(40)}`, `_${'s'.repeat(40)}`, `${'s'.repeat(40)}.`]
  for (const id of [...odd, `${'s'.repeat(40)}/`, '']) expect(await named(id), id).toBe(400)
  // The same by the query, where browsers have to put it.
  expect(await shake(home, `${WS}?${SESSION.toUpperCase()}=${'s'.repeat(32)}`)).toBe(400)
})

test('[X9] a user has 1 to 1,024 characters', async () => {
  const home = await house()
  expect(await shake(home, WS, { [USER]: 'u'.repeat(1_024) })).toBe(101)
  expect(await shake(home, WS, { [USER]: 'u'.repeat(1_025) })).toBe(400)
  expect(await shake(home, WS, { [USER]: '' })).toBe(400)
})

test('[X10] a session outlives its socket, has several at once, and is bound to whoever used its name first', async () => {
  const home = await house({ verifiers: [byHeader] })
  const headers = { ...ANN, [SESSION]: 'n'.repeat(40) }
  const first = await ForeignPeer.connect(home.url, WS, headers)
  const second = await ForeignPeer.connect(home.url, WS, headers)
  // Whoever listens has said what is spoken.
  second.send({ additionalContext: { page: 'bonds' } })
  first.send({ prompt: 'Remember' })
  const run = await home.host.run()
  first.cut()
  run.message(1, 'I do')
  run.end()
  const third = await ForeignPeer.connect(home.url, `${WS}?after=0`, headers)
  third.send({ prompt: 'What was it?' })
  const next = await home.host.run(2)
  expect(JSON.stringify(next.start.history)).toContain('I do')
  next.message(1, 'This')
  next.end()
  await third.next('completion')
  const bobs = await ForeignPeer.connect(home.url, WS, { ...headers, 'x-principal': 'bob' })
  bobs.send({ prompt: 'What was it?' })
  expect((await home.host.run(3)).start).toMatchObject({ principal: 'bob', history: [] })
})

test('[X12] ARNs of any partition and names of endpoints are taken, and what is none is told from what is not there', async () => {
  const home = await house()
  const at = (runtime: string, query = '') => shake(home, `/runtimes/${encodeURIComponent(runtime)}/ws${query}`)
  for (const partition of ['aws-cn', 'aws-us-gov', 'aws-iso-b'])
    expect(await at(ARN.replace('arn:aws', `arn:${partition}`)), partition).toBe(101)
  expect(await at('echo')).toBe(101)
  for (const odd of ['arn:aws:s3:::bucket', ARN.replace('123456789012', '12'), ARN.replace('runtime/', 'memory/'), '-'])
    expect(await at(odd), odd).toBe(400)
  expect(await at('nobody-0123456789')).toBe(404)
  expect(await at('echo', '?accountId=12')).toBe(400)
  expect(await at(ARN, `?qualifier=${'q'.repeat(48)}`)).toBe(101)
  for (const qualifier of ['q'.repeat(49), '1st', 'a-b', '']) expect(await at(ARN, `?qualifier=${qualifier}`)).toBe(400)
})

test('[X14] the challenge names an address of the scheme and host that the client asked for, and it answers', async () => {
  const home = await house({ verifiers: [byHeader], trustedProxies: ['127.0.0.1'] })
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'agents.example.com' }
  const asked = async (headers: Record<string, string>) =>
    (await fetch(`${home.url}/runtimes/${ARN}/invocations?qualifier=prod`, { method: 'POST', headers, body: '{}' }))
      .headers
  const [, address] = /resource_metadata="([^"]+)"/.exec((await asked({})).get('www-authenticate')!)!
  expect(await (await fetch(address!)).json()).toEqual({
    resource: `${home.url}/runtimes/${ARN}`,
    bearer_methods_supported: ['header'],
  })
  expect((await asked(forwarded)).get('www-authenticate')).toContain(`"https://agents.example.com/runtimes/${ARN}/`)
})

test('[X16] a browser comes to a runtime with its token in a subprotocol, and its session in the query', async () => {
  const data = temporaryFolder()
  const made = await createKey(data, { principal: 'page', kind: 'api' })
  const home = await house({ data, auth: { use: ['key'] } })
  const name = 'base64UrlBearerAuthorization'
  const token = `${name}.${Buffer.from((made as { key: string }).key).toString('base64url')}`
  for (const [index, offered] of [`${token}, ${name}`, `${name},${token}`].entries()) {
    const id = `${'b'.repeat(40)}${index}`
    // As it stands on the line: the client of the tests writes no space.
    const socket = new WebSocket(`${home.url.replace('http', 'ws')}${WS}?${SESSION}=${id}`, {
      headers: { 'sec-websocket-protocol': offered },
    })
    afterwards(() => socket.terminate())
    const answer = await new Promise<{ [name: string]: unknown }>((resolve) => {
      socket.once('upgrade', ({ headers }) => resolve(headers))
      // A client that offered nothing itself is told of one all the same.
      socket.on('error', () => {})
    })
    expect(answer).toMatchObject({ 'sec-websocket-protocol': name, [SESSION.toLowerCase()]: id })
  }
})

test('[X17] a stop takes a client token of 33 to 256 characters, or none', async () => {
  const home = await house()
  const id = 's'.repeat(40)
  const peer = await ForeignPeer.connect(home.url, WS, { [SESSION]: id })
  peer.send({ prompt: 'Hello' })
  await home.host.run()
  const stop = (body: string) =>
    fetch(`${home.url}/runtimes/${encodeURIComponent(ARN)}/stopruntimesession`, {
      method: 'POST',
      headers: { [SESSION]: id },
      body,
    })
  for (const token of ['t'.repeat(32), 't'.repeat(257)]) {
    const refused = await stop(JSON.stringify({ clientToken: token }))
    expect([refused.status, refused.headers.get('x-amzn-errortype')]).toEqual([400, 'ValidationException'])
  }
  expect((await stop('{')).status).toBe(400)
  expect(peer.closed).toBeUndefined()
  expect((await stop('')).status).toBe(200)
  expect((await stop(JSON.stringify({ clientToken: 't'.repeat(33) }))).status).toBe(200)
})

test('[X20] [X21] what is said beside an answer is passed over, and of a confirmation there are two answers', async () => {
  const home = await house()
  const invoke = (body: object) =>
    fetch(`${home.url}/agents/echo/agentAliases/PROD/sessions/s1/text`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
  const answer = (invocationId: string, results: readonly object[]) => ({
    inputText: 'This is passed over',
    sessionState: { invocationId, returnControlInvocationResults: results },
  })
  const first = invoke({ inputText: 'Buy' })
  const run = await home.host.run()
  run.request('r1')
  await (await first).arrayBuffer()
  const result = { functionResult: { actionGroup: 'person', confirmationState: 'DENY' } }
  expect((await invoke(answer('another', [result]))).status).toBe(400)
  expect((await invoke(answer('r1', []))).status).toBe(400)
  expect((await invoke(answer('r1', Array(6).fill(result)))).status).toBe(400)
  const answered = invoke(answer('r1', [result]))
  expect(await run.told('settled')).toMatchObject({ answer: { approved: false } })
  run.message(1, 'As you like')
  run.end()
  expect((await answered).status).toBe(200)
  expect(home.host.runs).toHaveLength(1)
  expect(JSON.stringify(run.start.inputs)).not.toContain('passed over')
})
