import { expect, test } from 'vitest'
import { house } from '../house.ts'
import { ForeignPeer } from './socket.ts'

const run = (runId: string, content: string) => ({
  threadId: 'a-thread',
  runId,
  state: {},
  messages: [{ id: runId, role: 'user', content }],
  tools: [],
  context: [{ description: 'page', value: 'bonds' }],
  forwardedProps: {},
})

test('[D7] runs follow one another on one socket, one event a frame, and one that comes too early waits', async () => {
  const home = await house()
  const peer = await ForeignPeer.connect(home.url, '/ag-ui/echo')
  peer.send(run('one', 'Hello'))
  peer.send(run('two', 'Again'))
  const first = await home.host.run()
  expect(first.start.inputs).toMatchObject([{ text: 'Hello', context: { context: [{ value: 'bonds' }] } }])
  first.message(1, 'Good day')
  first.end()
  expect(await peer.next('RUN_FINISHED')).toMatchObject({ threadId: 'a-thread', runId: 'one' })
  const second = await home.host.run(2)
  second.message(1, 'And again')
  second.end()
  expect(await peer.next('RUN_FINISHED')).toMatchObject({ runId: 'two' })
  const types = peer.told.map(({ type }) => type).filter((type) => !type.startsWith('STATE_'))
  const aRun = ['RUN_STARTED', 'TEXT_MESSAGE_START', 'TEXT_MESSAGE_CONTENT', 'TEXT_MESSAGE_END', 'RUN_FINISHED']
  expect(types).toEqual([...aRun, ...aRun])
})

test('[D8] [X6] what is no input of a run closes the socket with 1003, and a run that fails with 1011 after its RUN_ERROR', async () => {
  const home = await house()
  const wrong = await ForeignPeer.connect(home.url, '/ag-ui/echo')
  wrong.send({ hello: 'there' })
  expect(await wrong.ended()).toMatchObject({ code: 1003 })
  const peer = await ForeignPeer.connect(home.url, '/ag-ui/echo')
  peer.send(run('one', 'Hello'))
  ;(await home.host.run()).fail('agent_error', 'it broke')
  expect(await peer.next('RUN_ERROR')).toMatchObject({ code: 'AGENT_ERROR' })
  expect(await peer.ended()).toMatchObject({ code: 1011 })
})
