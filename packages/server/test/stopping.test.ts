import { chmodSync, existsSync, writeFileSync } from 'node:fs'
import { createServer as createNetServer } from 'node:net'
import { join } from 'node:path'
import { MemoryStore } from '@longwire/store'
import { describe, expect, test } from 'vitest'
import { createServer } from '../src/index.ts'
import { afterwards, house, temporaryFolder, turnOn } from './house.ts'
import { blocksOf } from './readers.ts'
import { ScriptedHost } from './scripted-host.ts'

describe('a server that stops', () => {
  test('[W7] says goaway to each client with a delay of its own, takes nothing new, and closes with 1012', async () => {
    const home = await house()
    const peers = await Promise.all(Array.from({ length: 20 }, () => home.connect()))
    const [first] = peers
    const session = await first!.open()
    const run = await turnOn(home, first!)
    const stopped = home.server.stop(10_000)
    const farewells = await Promise.all(peers.map((peer) => peer.next('goaway')))
    const delays = farewells.map(({ reconnectInMs }) => reconnectInMs as number)
    expect(new Set(delays).size).toBe(20)
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...delays)).toBeLessThanOrEqual(2_000)
    expect(await first!.ask({ type: 'input', ch: 1, text: 'More' })).toMatchObject({ code: 'going_away', retry: 'now' })
    expect(await first!.ask({ type: 'open', ch: 2, agent: 'echo' })).toMatchObject({ code: 'going_away' })
    expect(await first!.attach(session, { ch: 3 })).toMatchObject({ type: 'attached', status: 'running' })
    await expect(home.connect()).rejects.toThrow('503')
    expect(await home.fetch('/readyz')).toMatchObject({ status: 503 })
    expect(await home.fetch('/healthz')).toMatchObject({ status: 200 })

    run.message(1, 'Just in time')
    run.end()
    expect(await first!.event('turn.ended')).toMatchObject({ outcome: 'completed' })
    for (const peer of peers) expect(await peer.ended()).toMatchObject({ code: 1012 })
    await stopped
    await expect(home.fetch('/healthz')).rejects.toThrow()
  })

  test('[W7] [S9] at the deadline cuts the running turn: what it was saying is rolled back, and the turn is left to the next process', async () => {
    const home = await house()
    const peer = await home.connect()
    await peer.open()
    const run = await turnOn(home, peer)
    run.message(1, 'This stays')
    run.startTool('c1')
    run.speak(2)('This goes')
    await peer.event('chunk.text')
    await home.server.stop(60)
    expect(peer.events().at(-1)).toMatchObject({ type: 'step.rolledback', step: 't3.2', reason: 'node_stopped' })
    expect(peer.told().join()).not.toContain('turn.ended')
    expect(await peer.ended()).toMatchObject({ code: 1012 })
    await run.told('cancel')
  })

  test('[W7] ends streams and answers polls that wait', async () => {
    const home = await house()
    const { body } = await home.post('/v1/sessions', { agent: 'echo' })
    const path = `/v1/sessions/${body.session}/events`
    const stream = await fetch(`${home.url}${path}`, { headers: { accept: 'text/event-stream' } })
    const blocks = blocksOf(stream)
    await blocks.next()
    await blocks.next()
    const poll = home.fetch(`${path}?after=1&wait=60`, { headers: { accept: 'application/json' } })
    // The poll is under way once its reader is counted beside the stream's.
    await expect
      .poll(async () => (await (await fetch(`${home.url}/metrics`)).text()).match(/^longwire_attachments (\d+)$/m)?.[1])
      .toBe('2')
    await home.server.stop(0)
    expect(await poll).toMatchObject({ status: 200, body: { events: [], place: '1' } })
    expect(await blocks.next()).toMatchObject({ done: true })
  })

  test('stopping twice is stopping once', async () => {
    const home = await house()
    await Promise.all([home.server.stop(1_000), home.server.stop(0)])
    await home.server.stop()
  })

  test('[S3] [S11] after a start on the same directory the turn that was cut runs again, and inputs that waited after it, in order', async () => {
    const data = temporaryFolder()
    const before = await house({ data })
    const peer = await before.connect()
    const session = await peer.open()
    const run = await turnOn(before, peer)
    run.speak(1)('Half')
    for (const text of ['Two', 'Three']) await peer.ask({ type: 'input', ch: 1, text })
    await before.server.stop(0)

    const after = await house({ data })
    expect(after.server.recovered).toBe(1)
    const again = await after.host.runOf(session)
    expect(again.start).toMatchObject({ turn: 't3', attempt: 2, inputs: [{ text: 'Hello' }] })
    again.message(1, 'Whole')
    again.end()
    const second = await after.host.runOf(session, 2)
    expect(second.start.inputs.map(({ text }) => text)).toEqual(['Two'])
    second.message(1, 'Answered')
    second.end()
    const third = await after.host.runOf(session, 3)
    expect(third.start.inputs.map(({ text }) => text)).toEqual(['Three'])
    expect(third.start.history.map(({ role }) => role)).toEqual(['user', 'assistant', 'user', 'assistant'])
    third.end()
    const reader = await after.connect()
    await reader.attach(session, { after: '0' })
    await reader.until(() => reader.events().filter(({ type }) => type === 'turn.ended').length === 3)
    expect(reader.events().map(({ seq }) => seq)).toEqual(reader.events().map((_, index) => index + 1))
  })

  test('[A10] a reader comes back over a stop and a start with its place, and is told replay', async () => {
    const data = temporaryFolder()
    const before = await house({ data })
    const peer = await before.connect()
    const session = await peer.open()
    const { log } = await peer.next('attached')
    const run = await turnOn(before, peer)
    run.speak(1)('Half')
    await peer.event('chunk.text')
    // It stands in the middle of a draft, and misses the end.
    peer.cut()
    await before.server.stop(0)
    const after = await house({ data })
    const reader = await after.connect()
    expect(await reader.attach(session, { after: '4.1', log })).toMatchObject({ recovered: 'replay', log })
    await reader.event('turn.started')
    // The step was withdrawn by the process that stopped, and is by the next one, which cannot know what spoke after it.
    const told = reader.told()
    expect(told[0]).toBe('step.rolledback 5')
    expect(told.at(-1)).toMatch(/^turn.started/)
    expect(told.slice(0, -1).every((each) => each.startsWith('step.rolledback'))).toBe(true)
  })
})

describe('a server that cannot start', () => {
  test('says that the port is taken, and leaves nothing open', async () => {
    const taken = createNetServer()
    await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
    afterwards(() => taken.close())
    const { port } = taken.address() as { port: number }
    const data = temporaryFolder()
    const before = await house({ data })
    const peer = await before.connect()
    const session = await peer.open()
    await turnOn(before, peer)
    await peer.ask({ type: 'input', ch: 1, text: 'Waits' })
    await before.server.stop(0)

    const host = new ScriptedHost()
    let closed = 0
    host.close = async () => {
      closed += 1
    }
    await expect(createServer({ agents: host, port, data })).rejects.toMatchObject({ code: 'EADDRINUSE' })
    expect(closed).toBe(1)
    // Nobody was told anything, no input was used up, and the directory is free again.
    expect(host.runs).toEqual([])
    const after = await house({ data })
    expect((await after.host.runOf(session)).start).toMatchObject({ attempt: 2, inputs: [{ text: 'Hello' }] })
  })

  test('says that the data directory cannot be written, and leaves nothing open', async () => {
    const file = join(temporaryFolder(), 'a-file')
    writeFileSync(file, 'not a folder')
    const host = new ScriptedHost()
    const refused = createServer({ agents: host, port: 0, data: join(file, 'data') })
    await expect(refused).rejects.toMatchObject({ name: 'StoreUnavailable', fault: 'unwritable' })
    if (process.getuid?.() !== 0) {
      const folder = temporaryFolder()
      chmodSync(folder, 0o500)
      await expect(createServer({ agents: host, port: 0, data: folder })).rejects.toMatchObject({ fault: 'unwritable' })
      expect(existsSync(join(folder, 'longwire.db'))).toBe(false)
    }
  })

  test('says that the data directory is in use by another server', async () => {
    const data = temporaryFolder()
    const home = await house({ data })
    const second = createServer({ agents: new ScriptedHost(), port: 0, data })
    await expect(second).rejects.toMatchObject({ name: 'StoreUnavailable', fault: 'locked' })
    const peer = await home.connect()
    expect(await peer.open()).toMatch(/^ses_/)
  })

  test('refuses to listen where strangers are, with nothing to tell who they are', async () => {
    const refused = createServer({ agents: new ScriptedHost(), host: '0.0.0.0', port: 0 })
    await expect(refused).rejects.toMatchObject({ name: 'ServerMisuse' })
  })

  test('says which agent file does not load', async () => {
    const refused = createServer({ agents: [join(temporaryFolder(), 'none.ts')], port: 0 })
    await expect(refused).rejects.toMatchObject({ name: 'AgentLoadError', message: expect.stringContaining('none.ts') })
  })

  test('[E8] one session whose log is damaged is named in the log, and all others are served', async () => {
    const data = new MemoryStore()
    const close = data.close.bind(data)
    data.close = async () => {}
    afterwards(close)
    const before = await house({ data })
    const peer = await before.connect()
    const broken = await peer.open(1, { session: 'broken' })
    await turnOn(before, peer)
    await peer.open(2, { session: 'whole' })
    await peer.ask({ type: 'input', ch: 2, text: 'Hello' })
    await peer.ask({ type: 'input', ch: 2, text: 'Waits' })
    // Both are left in mid-turn: the store takes nothing more from this server.
    const append = data.append.bind(data)
    data.append = async () => {
      throw new Error('this server is dead')
    }
    await before.server.stop(0)
    data.append = append

    const read = data.read.bind(data)
    const keys = (await data.list({ limit: 10 })).items
    const damaged = keys.find(({ session }) => session === broken)!.key
    data.read = async (key, after, bound) => {
      const commits = await read(key, after, bound)
      return key === damaged ? commits.map((commit) => ({ ...commit, json: '{"half' })) : commits
    }
    const after = await house({ data })
    expect(after.server.recovered).toBe(1)
    expect(after.complaints.join()).toContain('could not be mended')
    expect((await after.host.runOf('whole')).start).toMatchObject({ attempt: 2, inputs: [{ text: 'Hello' }] })
    const reader = await after.connect()
    expect(await reader.attach('broken')).toMatchObject({ code: 'internal' })
    expect(await reader.attach('whole', { ch: 2 })).toMatchObject({ type: 'attached' })
  })
})
