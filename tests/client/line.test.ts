import { expect, test } from 'vitest'
import { served } from './home.ts'

interface Polled {
  readonly frames: readonly { readonly type: string; readonly expiresAt?: number }[]
}

test('[W15] a poll that is asked for again gets the same answer, and one out of turn none', async () => {
  const { url } = await served()
  const begun = await fetch(`${url}/v1/line`, { method: 'POST', headers: { accept: 'application/json' } })
  const headers = { 'longwire-line': begun.headers.get('longwire-line')! }
  expect(((await begun.json()) as Polled).frames).toMatchObject([{ type: 'welcome' }])
  const commands = [
    { type: 'ping', id: 'a' },
    { type: 'open', id: 'b', ch: 1, agent: 'teller' },
  ]
  const body = commands.map((command) => JSON.stringify(command)).join('\n')
  expect((await fetch(`${url}/v1/line/frames`, { method: 'POST', headers, body })).status).toBe(204)
  const poll = async (number: number) => {
    const answer = await fetch(`${url}/v1/line/frames?poll=${number}&wait=5`, { headers })
    return [answer.status, await answer.json()] as [number, Polled]
  }
  const [status, first] = await poll(2)
  expect([status, first.frames[0]]).toEqual([200, { type: 'pong', id: 'a' }])
  expect(await poll(2)).toEqual([200, first])
  expect((await poll(4))[0]).toBe(400)
  expect((await fetch(`${url}/v1/line/frames`, { method: 'DELETE', headers })).status).toBe(204)
  expect((await poll(3))[0]).toBe(404)
})

test('[W14] a line is begun for one whom the request identifies, and nobody without its name has it', async () => {
  const { url } = await served({ verifiers: [{ name: 'none', verify: async () => undefined }] })
  expect((await fetch(`${url}/v1/line`, { method: 'POST' })).status).toBe(401)
  const headers = { 'longwire-line': 'guessed' }
  expect((await fetch(`${url}/v1/line/frames?poll=2`, { headers })).status).toBe(404)
  expect((await fetch(`${url}/v1/line/frames`, { method: 'POST', body: '{}' })).status).toBe(404)
})

test('[W16] a line over HTTP of which nothing was heard for three heartbeats has ended, though it took what it was told', async () => {
  const { url } = await served({ heartbeatMs: 30 })
  const begun = await fetch(`${url}/v1/line`, { method: 'POST', headers: { accept: 'text/event-stream' } })
  const headers = { 'longwire-line': begun.headers.get('longwire-line')! }
  let told = ''
  const reading = async () => {
    for await (const piece of begun.body!.pipeThrough(new TextDecoderStream())) told += piece
  }
  await expect(reading()).rejects.toThrow('terminated')
  expect(told).toContain('"type":"heartbeat"')
  expect(told).not.toContain('event: close')
  const said = await fetch(`${url}/v1/line/frames`, { method: 'POST', headers, body: '{"type":"ping","id":"a"}' })
  expect([said.status, await said.json()]).toMatchObject([404, { code: 'not_found' }])
})
