import { expect, test } from 'vitest'
import { connect } from '../src/index.ts'
import { ScriptedServer } from './scripted-server.ts'

test('[K20] a handle that asks for presence has who else reads the session, and nobody while its line is lost', async () => {
  await using server = await ScriptedServer.listen()
  const client = connect(server.url, { chance: () => 0 })
  const session = client.session('s', { after: '0', presence: true })
  const told: number[] = []
  session.subscribe(() => told.push(session.viewers.length))
  const change = () => new Promise<void>((resolve) => session.subscribe(resolve))

  const line = await server.line()
  line.welcome()
  expect(await line.attach()).toMatchObject({ presence: true })
  const viewers = [
    { viewer: 'con_1', principal: 'ann', since: 1, you: true },
    { viewer: 'con_2', principal: 'ann', since: 2, watches: true },
  ]
  const came = change()
  line.say({ type: 'presence', ch: 1, viewers })
  await came
  expect(session.viewers).toEqual(viewers)
  const place = session.place
  const gone = change()
  line.cut()
  await gone
  expect(session.viewers).toEqual([])
  expect([told.slice(-2), session.place]).toEqual([[2, 0], place])

  const again = await server.line()
  again.welcome()
  expect(await again.attach()).toMatchObject({ presence: true })
  client.close()
})
