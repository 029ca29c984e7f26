import { socketIo } from '@longwire/socket.io'
import { io, type Socket } from 'socket.io-client'
import { describe, expect, test } from 'vitest'
import { afterwards, byHeader, type House, house } from '../../packages/server/test/house.ts'

// The stock client of socket.io, over each of its transports.

// biome-ignore lint/suspicious/noExplicitAny: events of any shape
type Heard = { readonly event: string; readonly args: readonly any[] }

function mounted(more: object = {}): Promise<House> {
  return house({ mounts: [socketIo()], ...more })
}

function connect(url: string, options: object = {}): { readonly socket: Socket; readonly heard: Heard[] } {
  const socket = io(url, { reconnection: false, ...options })
  const heard: Heard[] = []
  socket.onAny((event: string, ...args) => heard.push({ event, args }))
  afterwards(() => socket.close())
  return { socket, heard }
}

// biome-ignore lint/suspicious/noExplicitAny: events of any shape
function next(socket: Socket, event: string): Promise<any> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve)
    socket.once('connect_error', reject)
  })
}

describe.each([[['websocket']], [['polling']], [['polling', 'websocket']]])('over %s', (transports) => {
  test('[D18] commands are events named for their type, and so are the frames that answer them', async () => {
    const home = await mounted()
    const { socket, heard } = connect(home.url, { transports })
    expect(await next(socket, 'welcome')).toMatchObject({ protocol: 1 })
    socket.emit('open', { id: 'a', ch: 1, agent: 'echo' })
    const { session } = await next(socket, 'attached')
    socket.emit('input', { id: 'b', ch: 1, text: 'Hello' })
    const run = await home.host.runOf(session)
    run.speak(1)('Good day, 世界')
    run.message(1, 'Good day, 世界')
    run.end()
    await next(socket, 'turn.ended')
    const said = heard.filter(({ event }) => event === 'chunk.text').map(({ args }) => args[0].text)
    expect(said.join('')).toBe('Good day, 世界')
    expect(heard.map(({ event }) => event)).toEqual(expect.arrayContaining(['ok', 'turn.started', 'message.committed']))
  })

  test("[D18] in a namespace that is a dialect's address the frames are those of the dialect", async () => {
    const home = await mounted()
    const { socket, heard } = connect(`${home.url}/agents/echo/agentAliases/PROD/sessions/unique-session-id`, {
      transports,
    })
    socket.emit('inputText', 'How did the markets do?')
    const run = await home.host.run()
    expect(run.start).toMatchObject({ session: 'unique-session-id', inputs: [{ text: 'How did the markets do?' }] })
    run.speak(1)('They rose.')
    run.message(1, 'They rose.')
    run.request('r1')
    expect(await next(socket, 'control')).toMatchObject({ invocationId: 'r1' })
    socket.send({ control: { invocationId: 'r1', approved: true } })
    await run.told('settled')
    run.end()
    expect(await next(socket, 'completion')).toMatchObject({ text: 'They rose.' })
    const chunks = heard.filter(({ event }) => event === 'chunk')
    expect(chunks.map(({ args }) => args[0].bytes).join('')).toBe('They rose.')
    expect(heard.find(({ event }) => event === 'control')?.args[1]).toMatchObject({
      returnControl: { invocationId: 'r1' },
    })
  })
})

test('[D19] who asks is what the verifiers say; nobody, and a page of another origin, is not let in', async () => {
  const home = await mounted({ verifiers: [byHeader] })
  const refused = connect(home.url)
  await expect(next(refused.socket, 'welcome')).rejects.toThrow('identity')
  const foreign = connect(home.url, { extraHeaders: { origin: 'https://elsewhere.example', 'x-principal': 'ann' } })
  await expect(next(foreign.socket, 'welcome')).rejects.toThrow()
  const ann = connect(home.url, { extraHeaders: { 'x-principal': 'ann' } })
  expect(await next(ann.socket, 'welcome')).toMatchObject({ principal: 'ann' })
  const { body } = await home.post('/v1/tickets', { expiresIn: 60 }, { 'x-principal': 'ann' })
  const ticketed = connect(home.url, {
    auth: { ticket: (body as unknown as { ticket: string }).ticket },
    forceNew: true,
  })
  expect(await next(ticketed.socket, 'welcome')).toMatchObject({ principal: 'ann' })
  const nowhere = connect(`${home.url}/no/such/place`, { extraHeaders: { 'x-principal': 'ann' }, forceNew: true })
  await expect(next(nowhere.socket, 'welcome')).rejects.toThrow()
})

test('[B11] [D19] clients of socket.io are connections like any other: one too many is refused, and the server stays', async () => {
  const home = await mounted({ verifiers: [byHeader], limits: { connections: 2, principalConnections: 1 } })
  const as = (principal: string) =>
    connect(home.url, { forceNew: true, extraHeaders: { 'x-principal': principal } }).socket
  const ann = as('ann')
  await next(ann, 'welcome')
  await expect(next(as('ann'), 'welcome')).rejects.toThrow('connections')
  await expect(home.connect({ 'x-principal': 'ann' })).rejects.toThrow('429')
  // Several at once, of whom each is let in before the others are there.
  const fates = await Promise.all(Array.from({ length: 5 }, () => fateOf(as('bob'))))
  expect(fates.filter((fate) => fate === 'in')).toHaveLength(1)
  ann.close()
  await expect.poll(() => fateOf(as('carol')), { timeout: 15_000 }).toBe('in')
})

/** Whether a client is let in, or is shown out: before it is connected, or after. */
function fateOf(socket: Socket): Promise<'in' | 'out'> {
  return new Promise((resolve) => {
    socket.once('welcome', () => resolve('in'))
    for (const event of ['closed', 'disconnect', 'connect_error']) socket.once(event, () => resolve('out'))
  })
}

test('[I6] [D19] a ticket that is revoked ends what it opened here as well', async () => {
  const home = await mounted({ verifiers: [byHeader] })
  const { body } = await home.post('/v1/tickets', { expiresIn: 60 }, { 'x-principal': 'ann' })
  const { ticket } = body as unknown as { ticket: string }
  const shared = await home.post(
    '/v1/tickets',
    { sessions: [await (await home.connect({ 'x-principal': 'ann' })).open()], verbs: ['observe'], reusable: true },
    { 'x-principal': 'ann' },
  )
  const link = String(shared.body.ticket)
  const own = connect(home.url, { auth: { ticket }, forceNew: true }).socket
  const watching = connect(home.url, { auth: { ticket: link }, forceNew: true }).socket
  await Promise.all([next(own, 'welcome'), next(watching, 'welcome')])
  const gone = next(watching, 'disconnect')
  expect(await home.post('/v1/tickets/revoke', { ticket: link }, { 'x-principal': 'ann' })).toMatchObject({
    status: 200,
  })
  await gone
  expect(own.connected).toBe(true)
})

test('[D19] beside the mount the WebSocket of the server is served as ever, and a server with one stops', async () => {
  const home = await mounted()
  const { socket } = connect(home.url)
  await next(socket, 'welcome')
  const peer = await home.connect()
  expect(await peer.open()).toEqual(expect.any(String))
  const gone = next(socket, 'disconnect')
  await home.server.stop(0)
  await gone
})
