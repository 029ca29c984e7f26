import { readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { WebSocket } from 'ws'
import { AGENTS, Running, run, temporary } from './command.ts'

const WORKER = new URL('./agents/worker.ts', import.meta.url).pathname
const VECTORS = new URL('../../../spec/cases/sigv4.json', import.meta.url)

test('[I7] auth explain says whether a signed request is good, why not, and what was compared', async () => {
  const { vectors } = JSON.parse(readFileSync(VECTORS, 'utf8')) as { vectors: { name: string; expect: string }[] }
  const all = await run(['auth', 'explain', '--request', VECTORS.pathname, '--json'])
  const verdicts = all.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, string>)
  expect(verdicts.map(({ name, verdict }) => `${name} ${verdict}`)).toEqual(
    vectors.map(({ name, expect }) => `${name} ${expect}`),
  )
  expect(all.code).toBe(0)
  const posted = JSON.stringify(vectors.find(({ name }) => name === 'signed-for-post'))
  const told = await run(['auth', 'explain', '--request', '-'], { input: posted })
  expect(told.code).toBe(0)
  expect(told.out).toContain('reject')
  expect(told.out).toContain('it was signed for the method POST')
  expect(told.out).toMatch(/canonical request\n {2}GET\n/)
  expect((await run(['auth', 'explain', '--request', '-'], { input: '{"url":1}' })).code).toBe(2)
})

test('[I10] [I13] keys are made, listed and revoked, and no log of a noisy server holds any of them', async () => {
  const data = temporary()
  const made = async (...args: string[]) =>
    JSON.parse((await run(['keys', 'create', '--data', data, '--json', ...args])).out) as Record<string, string>
  const [signing, api] = [
    await made('--principal', 'ann', '--expires-in', '600'),
    await made('--principal', 'page', '--kind', 'api', '--role', 'tickets'),
  ]
  const key = api.key!
  const audit = join(data, 'audit.log')
  const args = [
    '--port',
    '0',
    '--data',
    data,
    '--json',
    '--auth',
    'sigv4,key',
    '--audit',
    audit,
    '--limit',
    'freeRefusals=50',
  ]
  const server = new Running(['serve', AGENTS, ...args])
  const [url] = await server.hears('out', /http:\/\/127\.0\.0\.1:\d+/)
  const ask = (path: string, headers: Record<string, string> = {}, body?: string) =>
    fetch(`${url}${path}`, { headers, ...(body === undefined ? {} : { method: 'POST', body }) })
  const bearer = { authorization: `Bearer ${key}` }
  const { ticket } = (await (await ask('/v1/tickets', bearer, '{"principal":"carol"}')).json()) as { ticket: string }
  expect((await ask(`/v1/agents?ticket=${ticket}`)).status).toBe(200)

  // What goes wrong is what gets logged.
  const guess = `${key.slice(0, -3)}abc`
  const signature = 'f'.repeat(64)
  const query = `X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Signature=${signature}&X-Amz-Security-Token=${encodeURIComponent(signing.sessionToken!)}`
  expect((await ask(`/v1/agents?${query}`)).status).toBe(401)
  expect((await ask('/v1/agents', { 'x-api-key': guess })).status).toBe(401)
  expect((await ask(`/v1/agents?ticket=${ticket}x`)).status).toBe(401)
  expect((await ask('/v1/sessions', bearer, '{')).status).toBe(400)
  await ask(`/nowhere?ticket=${ticket}`)
  const line = new WebSocket(`${url.replace('http', 'ws')}/v1/socket?ticket=${ticket}`)
  const closed = new Promise((resolve) => line.once('close', resolve))
  await new Promise((resolve) => line.once('message', resolve))
  line.send(JSON.stringify({ type: 'hello', id: '1', ticket: `${ticket}y` }))
  line.send(JSON.stringify({ type: 'open', id: '2', ch: 1, agent: 'echo', ticket }))

  expect((await run(['keys', 'list', '--data', data])).out).toContain('page')
  expect((await run(['keys', 'list', '--data', data])).out).not.toContain(signing.secretAccessKey)
  expect((await run(['keys', 'revoke', api.id!, '--data', data])).code).toBe(0)
  // The ticket was made with that key.
  expect(await closed).toBe(4401)
  expect((await run(['keys', 'revoke', 'nobody', '--data', data])).code).toBe(4)

  server.process.kill('SIGTERM')
  const { out, err } = await server.ended
  const written = readFileSync(audit, 'utf8')
  expect(written).toMatch(/"event":"handshake","principal":"carol","verifier":"ticket"/)
  expect(written).toMatch(new RegExp(`"event":"refusal".*"verifier":"key","key":"${api.id}"`))
  const everything = `${out}${err}${written}`
  for (const secret of [key, guess, ticket, `${ticket}x`, signature, signing.secretAccessKey!, signing.sessionToken!]) {
    expect(everything).not.toContain(secret)
  }
})

test('[I13] a server that others can reach says how to say who may enter', async () => {
  const refused = await run(['serve', AGENTS, '--port', '0', '--data', temporary(), '--host', '0.0.0.0'])
  expect(refused.code).toBe(15)
  expect(refused.err).toContain('--auth')
  const lax = await run(['serve', AGENTS, '--port', '0', '--data', temporary(), '--auth', 'jwt'])
  expect(lax.err).toContain('issuer')
  expect((await run(['serve', AGENTS, '--auth', 'everybody'])).code).toBe(2)
  expect((await run(['serve', AGENTS, '--limit', 'patience=3'])).code).toBe(2)
  const access = join(temporary(), 'access.json')
  writeFileSync(access, '{"roles":{"staff":{"trace":"everything"}}}')
  expect((await run(['serve', AGENTS, '--port', '0', '--access', access])).code).toBe(2)
})

test('[X1] [X3] as the container it wants port 8080 of every address; a background task is work, and then no more', async () => {
  // Whoever has the port, this test or another program: it is the one that is asked for.
  const taken = createServer()
  await new Promise<void>((resolve) => {
    taken.once('error', () => resolve())
    taken.listen(8_080, '0.0.0.0', resolve)
  })
  const refused = await run(['serve', AGENTS, '--agentcore', '--data', temporary()])
  taken.close()
  expect(refused.code).not.toBe(0)
  expect(refused.err).toContain('0.0.0.0:8080')

  const [data, mark] = [temporary(), join(temporary(), 'enough')]
  const where = ['--host', '127.0.0.1', '--port', '0', '--data', data]
  const server = new Running(['serve', WORKER, '--agentcore', ...where])
  const [url] = await server.hears('out', /http:\/\/127\.0\.0\.1:\d+/)
  const ping = async () => (await (await fetch(`${url}/ping`)).json()) as { status: string }
  expect((await ping()).status).toBe('Healthy')
  const invoked = await fetch(`${url}/invocations`, { method: 'POST', body: JSON.stringify({ prompt: mark }) })
  expect(await invoked.json()).toMatchObject({ response: 'Waiting.' })
  expect((await ping()).status).toBe('HealthyBusy')
  writeFileSync(mark, '')
  while ((await ping()).status !== 'Healthy') await new Promise((resolve) => setTimeout(resolve, 20))
  server.process.kill()
  await server.ended
})
