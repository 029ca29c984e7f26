import { request } from 'node:http'
import { pino } from 'pino'
import { expect, test } from 'vitest'
import { ForeignPeer } from '../dialects/socket.ts'
import { byHeader, type House, house } from '../house.ts'

const ANN = { 'x-principal': 'ann' }
const JSON_BODY = { 'content-type': 'application/json' }
const STREAM = { accept: 'text/event-stream' }

/** What every answer says to the browser that may be at the other end. */
const WANTED = {
  'content-security-policy': expect.stringContaining("default-src 'none'"),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** The head of an answer, however long its body goes on. */
function headOf(
  { url }: House,
  method: string,
  path: string,
  headers: Record<string, string>,
  body?: string,
): Promise<{ readonly status: number; readonly headers: object }> {
  return new Promise((resolve, reject) => {
    const asked = request(`${url}${path}`, { method, headers, agent: false }, (response) => {
      resolve({ status: response.statusCode!, headers: response.headers })
      response.destroy()
    })
    asked.on('error', reject).end(body)
  })
}

test('[I19] every door answers with a policy that runs nothing of others, whatever it answers and however', async () => {
  const home = await house({ verifiers: [byHeader] })
  const session = await (await home.connect(ANN)).open()
  const at = `/v1/sessions/${session}`
  const run = JSON.stringify({ threadId: 't', runId: 'r', messages: [], tools: [], context: [] })
  const doors: readonly [status: number, method: string, path: string, headers?: object, body?: string][] = [
    [200, 'GET', '/'],
    [200, 'GET', '/front-page.css'],
    [200, 'GET', '/healthz'],
    [200, 'GET', '/metrics'],
    [200, 'GET', '/v1/agents'],
    [200, 'GET', '/v1/sessions'],
    [200, 'GET', `${at}/view`],
    [200, 'GET', `${at}/events?after=0&wait=0`, { accept: 'application/json' }],
    [200, 'GET', `${at}/events`, STREAM],
    [200, 'GET', `${at}/events/1`],
    [200, 'GET', `${at}/export`],
    [200, 'POST', '/v1/line', STREAM, ''],
    [200, 'POST', '/v1/line', {}, '{"type":"ping","id":"p"}'],
    [200, 'POST', '/ag-ui/echo', JSON_BODY, run],
    [400, 'POST', '/agents/echo/agentAliases/PROD/sessions/s1/text', JSON_BODY, '{}'],
    [404, 'POST', '/runtimes/nobody-0123456789/invocations', JSON_BODY, '{}'],
    [404, 'GET', '/nowhere'],
    [400, 'GET', '/v1/sessions?limit=x'],
    [401, 'GET', '/v1/agents', { 'x-principal': 'nobody' }],
    [403, 'POST', '/v1/sessions', { origin: 'https://elsewhere.example' }, '{}'],
  ]
  for (const [status, method, path, headers = {}, body] of doors) {
    const answer = await headOf(home, method, path, { ...ANN, ...headers }, body)
    expect(answer, `${method} ${path}`).toMatchObject({ status, headers: WANTED })
    expect(answer.headers, path).not.toHaveProperty('x-powered-by')
  }
  for (const path of ['/v1/socket', '/ag-ui/echo', '/nowhere']) {
    const shaken = headOf(home, 'GET', path, {
      'x-principal': 'nobody',
      connection: 'Upgrade',
      upgrade: 'websocket',
      'sec-websocket-version': '13',
      'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    })
    expect(await shaken, path).toMatchObject({ headers: WANTED })
  }
})

test('[I20] who was let in, who was refused and who allowed what is written down, over every door', async () => {
  const lines: Record<string, unknown>[] = []
  const audit = pino({ level: 'info' }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const home = await house({ verifiers: [byHeader], audit })
  const ann = await home.connect(ANN)
  const session = await ann.open(1)
  await ann.ask({ type: 'input', ch: 1, text: 'Buy' })
  const run = await home.host.run()
  const asked = async (request: string) => {
    run.request(request)
    await ann.next((frame) => frame.type === 'control.requested' && frame.request === request)
  }
  const approvals = () => lines.filter(({ event }) => event === 'approval')
  const wanted = { audit: true, event: 'approval', principal: 'ann', session }

  await asked('r1')
  await ann.ask({ type: 'answer', ch: 1, request: 'r1', approved: true })
  expect(approvals().at(-1)).toMatchObject({ ...wanted, request: 'r1', approved: true })
  await asked('r2')
  await home.post(`/v1/sessions/${session}/commands`, { type: 'answer', id: 'a', request: 'r2', approved: false }, ANN)
  expect(approvals().at(-1)).toMatchObject({ ...wanted, request: 'r2', approved: false })
  const foreign = await ForeignPeer.connect(
    home.url,
    `/agents/echo/agentAliases/PROD/sessions/${session}/websocket?after=0`,
    ANN,
  )
  await asked('r3')
  foreign.send({ control: { invocationId: 'r3', approved: true } })
  await foreign.next('settled')
  await expect.poll(() => approvals().at(-1)).toMatchObject({ ...wanted, request: 'r3', approved: true })

  // Whoever may only watch is refused, and that is written down as well.
  const { ticket } = (await home.post('/v1/tickets', { sessions: [session], verbs: ['observe'], expiresIn: 60 }, ANN))
    .body
  const watcher = await home.connect()
  await watcher.ask({ type: 'hello', ticket })
  await watcher.attach(session)
  await asked('r4')
  expect(await watcher.ask({ type: 'answer', ch: 1, request: 'r4', approved: true })).toMatchObject({
    code: 'forbidden',
  })
  expect(lines.at(-1)).toMatchObject({
    event: 'refusal',
    code: 'forbidden',
    principal: 'ann',
    session,
    asked: 'answer',
  })
  expect(approvals()).toHaveLength(3)
  await home.connect({ 'x-principal': 'nobody' }).catch(() => undefined)
  const refusal = { event: 'refusal', code: 'unauthenticated', verifier: 'header', path: '/v1/socket' }
  expect(lines.at(-1)).toMatchObject(refusal)
  await fetch(`${home.url}/v1/line`, { method: 'POST', headers: ANN, body: '{"type":"ping","id":"p"}' })
  const handshakes = lines.filter(({ event }) => event === 'handshake')
  expect(handshakes.map(({ verifier, path, principal }) => [verifier, path, principal])).toEqual([
    ['header', '/v1/socket', 'ann'],
    ['header', `/agents/echo/agentAliases/PROD/sessions/${session}/websocket`, 'ann'],
    ['ticket', expect.stringMatching(/^con_/), 'ann'],
    [undefined, '/v1/line', 'ann'],
  ])
})
