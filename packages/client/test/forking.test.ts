import { expect, test } from 'vitest'
import { connect } from '../src/index.ts'
import { ScriptedServer } from './scripted-server.ts'

test('[K21] a session is forked by one command with an id, and nothing is dialled for it', async () => {
  await using server = await ScriptedServer.listen()
  const made = { session: 'ses_2', agent: 'echo', head: 4 }
  server.answers.set('/v1/sessions/a%20b/fork', { status: 201, body: made })
  server.answers.set('/v1/sessions/none/fork', {
    status: 404,
    body: { code: 'session_not_found', retry: 'never', message: 'no' },
  })
  const asked: RequestInit[] = []
  const client = connect(server.url, {
    ticket: 'tkt_1',
    fetch: (url, init) => {
      asked.push(init!)
      return fetch(url, init)
    },
  })
  expect(await client.fork('a b', { at: '4', metadata: { title: 'Again' } })).toEqual(made)
  expect(asked[0]).toMatchObject({ method: 'POST', headers: { authorization: 'Bearer tkt_1' } })
  const body = JSON.parse(String(asked[0]!.body))
  expect(body).toEqual({ id: expect.any(String), at: '4', metadata: { title: 'Again' } })
  await expect(client.fork('none')).rejects.toMatchObject({ code: 'session_not_found' })
  expect(client.state).toEqual({ kind: 'idle' })
  client.close()
})
