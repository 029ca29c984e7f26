import { expect, test } from 'vitest'
import { connect } from '../src/index.ts'
import { ScriptedServer } from './scripted-server.ts'

test('[K22] a turn is scheduled once, however often the line is lost, and taken back by the id of its schedule', async () => {
  await using server = await ScriptedServer.listen()
  const client = connect(server.url, { chance: () => 0 })
  const session = client.session('s', { after: '0' })
  const scheduled = session.at(new Date(5_000), { text: 'Look again' })
  const line = await server.line()
  line.welcome()
  await line.attach()
  const said = await line.take('schedule')
  expect(said).toMatchObject({ at: 5_000, text: 'Look again' })
  line.cut()
  const again = await server.line()
  again.welcome()
  await again.attach()
  expect(await again.take('schedule')).toMatchObject({ id: said.id, at: 5_000 })
  again.say({ type: 'ok', id: said.id, ch: 1, seq: 2, schedule: 'c2' })
  expect(await scheduled).toBe('c2')

  const repeated = session.every(60_000, { label: 'Each minute' })
  const every = await again.take('schedule')
  expect(every).toMatchObject({ everyMs: 60_000, label: 'Each minute' })
  again.say({ type: 'ok', id: every.id, ch: 1, seq: 3, schedule: 'c3' })
  const back = session.unschedule(await repeated)
  const taken = await again.take('unschedule')
  expect(taken.schedule).toBe('c3')
  again.say({ type: 'ok', id: taken.id, ch: 1, seq: 4, schedule: 'c3' })
  await back
  client.close()
})
