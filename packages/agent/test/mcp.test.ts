import { spawnSync } from 'node:child_process'
import { EventEmitter, once } from 'node:events'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test, vi } from 'vitest'
import { defineAgent } from '../src/define-agent.ts'
import { InProcessHost } from '../src/host/in-process-host.ts'
import { WorkerHost } from '../src/host/worker-host.ts'
import { closeMcp, listenToMcp } from '../src/mcp/mcp-of.ts'
import type { McpServers } from '../src/mcp/mcp-options.ts'
import { calls, scripted } from '../src/testing/index.ts'
import { everything, everythingOverHttp } from './mcp-servers.ts'
import { play, Recorder, turnOf } from './recorder.ts'
import { calls as callParts, done, says, scriptedModel } from './scripted-model.ts'

const processes = new Set<number>()
listenToMcp({
  process: (pid, isAlive) => (isAlive ? processes.add(pid) : processes.delete(pid)),
  printed() {},
})
afterEach(closeMcp)
afterAll(() => expect([...processes]).toEqual([]))

const call = (name: string, input: unknown = {}) => [...callParts('c1', name, input), done('tool-calls')]
const end = () => [...says('ok'), done()]
const user = (model: ReturnType<typeof scriptedModel>, mcp: McpServers, more = {}) =>
  defineAgent({ name: 'a', model, mcp, ...more })

test('[G57] an agent uses the tools of a foreign MCP server over stdio, under its name, checked and traced', async () => {
  const model = scriptedModel(call('every_get-sum', { a: 2, b: 40 }), end())
  const said = await play(user(model, { every: everything }))
  expect(said.of('tool.finished')).toMatchObject([{ outcome: 'ok', output: 'The sum of 2 and 40 is 42.' }])
  expect(said.of('tool.started')).toMatchObject([{ name: 'every_get-sum', title: 'Get Sum Tool' }])
  expect(said.of('trace.span').filter(({ kind }) => kind === 'tool')).toMatchObject([
    { label: 'Get Sum Tool', outcome: 'ok' },
  ])
  const offered = model.doStreamCalls[0]!.tools!.map(({ name }) => name)
  expect(offered).toContain('every_echo')
})

test('[G60] over streamable HTTP too, where a server that was started anew is found again in the same call', async () => {
  const first = await everythingOverHttp()
  const chicago = () => call('http_get-structured-content', { location: 'Chicago' })
  const agent = user(scriptedModel(chicago(), end(), chicago(), end()), { http: { url: first.url } })
  const before = await play(agent)
  await first.stop()
  const second = await everythingOverHttp(first.port)
  const said = await play(agent)
  await second.stop()
  expect(before.of('tool.finished')).toMatchObject([{ outcome: 'ok' }])
  expect(said.of('tool.finished')).toMatchObject([
    { outcome: 'ok', output: { temperature: 36, conditions: 'Light rain / drizzle', humidity: 82 } },
  ])
})

test('[G57] only the tools that are named are taken, and what has no text is said in words', async () => {
  const model = scriptedModel(call('every_get-tiny-image'), end())
  const said = await play(user(model, { every: { ...everything, tools: ['get-tiny-image', 'echo'] } }))
  expect(model.doStreamCalls[0]!.tools!.map(({ name }) => name)).toEqual(['every_echo', 'every_get-tiny-image'])
  expect(said.of('tool.finished')[0]!.output).toMatch(
    /^Here's the image you requested:\n\[image: image\/png, \d+ bytes, not shown here\]\nThe/,
  )
})

test('[G22] input that does not fit the server’s schema goes back to the model and never reaches the server', async () => {
  const model = scriptedModel(call('every_get-sum', { a: 'two', b: 1 }), end())
  const said = await play(user(model, { every: everything }))
  expect(said.of('tool.finished')).toMatchObject([
    { outcome: 'error', error: expect.stringContaining('a must be number') },
  ])
})

test('[G58] progress that a server reports is the progress of the call’s span', async () => {
  const model = scriptedModel(call('every_trigger-long-running-operation', { duration: 0.2, steps: 4 }), end())
  const said = await play(user(model, { every: everything }))
  expect(said.of('tool.finished')).toMatchObject([{ outcome: 'ok' }])
  const fractions = said.progress.filter(({ kind, fraction }) => kind === 'tool' && fraction !== undefined)
  // The last one may come together with the result.
  expect(fractions.map(({ fraction }) => fraction).slice(0, 3)).toEqual([0.25, 0.5, 0.75])
})

test('[G59] a server that cannot be started leaves the agent without its tools, and a milestone says so once', async () => {
  const own = { every: everything, lost: { command: 'no-such-command-anywhere' } }
  const model = scriptedModel(call('every_echo', { message: 'hi' }), end())
  const said = await play(user(model, own))
  expect(said.end.outcome).toBe('completed')
  expect(said.of('trace.span').filter(({ level }) => level === 'milestone')).toMatchObject([
    {
      label: 'The tools of lost are not available',
      outcome: 'error',
      step: 't1.1',
      detail: { error: 'the MCP server lost is not available: there is no command «no-such-command-anywhere»' },
    },
  ])
  expect(said.of('tool.finished')).toMatchObject([{ output: 'Echo: hi' }])
})

test('[G59] why a server did not start is told in its own words, and an address that nobody answers is named', async () => {
  const dies = { command: process.execPath, args: ['-e', 'console.error("no key is set"); process.exit(2)'] }
  const silent = { command: process.execPath, args: ['-e', 'setInterval(() => {}, 1e6)'], connectMs: 300 }
  const model = scriptedModel(end())
  const said = await play(user(model, { dies, silent, nobody: { url: 'http://127.0.0.1:1/mcp' } }))
  const reasons = said.of('trace.span').flatMap(({ detail }) => (detail as { error?: string })?.error ?? [])
  expect(reasons).toEqual([
    expect.stringMatching(/^the MCP server dies is not available: .*closed; it said: no key is set$/),
    expect.stringMatching(/^the MCP server silent is not available: .*timed out$/),
    expect.stringMatching(/^the MCP server nobody is not available: fetch failed.* \(http:\/\/127\.0\.0\.1:1\)$/),
  ])
})

test('[G60] a server that dies in a call is an error for the model, and the next call finds a new one', async () => {
  const model = scriptedModel(
    call('every_trigger-long-running-operation', { duration: 60, steps: 2 }),
    [...callParts('c2', 'every_echo', { message: 'again' }), done('tool-calls')],
    end(),
  )
  const host = await InProcessHost.open([user(model, { every: everything })])
  const said = new Recorder(host, turnOf('a'))
  await said.until(({ progress }) => progress.some(({ kind }) => kind === 'tool'))
  const [pid] = processes
  process.kill(pid!, 'SIGKILL')
  await said.ending
  expect(said.of('tool.finished')).toMatchObject([
    { outcome: 'error', error: 'the MCP server every went away' },
    { outcome: 'ok', output: 'Echo: again' },
  ])
})

test('[G61] a call that shows no sign of life for its time is given up', async () => {
  const model = scriptedModel(call('every_trigger-long-running-operation', { duration: 60, steps: 1 }), end())
  const said = await play(user(model, { every: { ...everything, timeoutMs: 100 } }))
  expect(said.of('tool.finished')).toMatchObject([
    { outcome: 'error', error: 'the MCP server every said nothing for 100 ms' },
  ])
})

test('[G62] two sessions never share a connection at the same time, and a bound of connections makes them wait', async () => {
  const model = scriptedModel(
    ...[0, 1, 2].map(() => call('every_trigger-long-running-operation', { duration: 0.3, steps: 1 })),
    end(),
    end(),
    end(),
  )
  const host = await InProcessHost.open([user(model, { every: { ...everything, connections: 2 } })])
  const sessions = ['ses_1', 'ses_2', 'ses_3'].map((session) => new Recorder(host, turnOf('a', 'go', { session })))
  await Promise.all(sessions.map(({ ending }) => ending))
  expect(processes.size).toBe(2)
  expect(sessions.map((session) => session.of('tool.finished')[0]!.outcome)).toEqual(['ok', 'ok', 'ok'])
})

test('[G64] what a server asks a person in a call is a form of the turn, and its answer goes back to the server', async () => {
  const model = scripted([calls('every_trigger-elicitation-request'), 'Thank you.'])
  const agent = { ...user(model as never, { every: everything }), model }
  const host = await InProcessHost.open([agent])
  const said = new Recorder(host, turnOf('a'))
  await said.until(({ commits }) => commits.some(({ type }) => type === 'control.requested'))
  const [asked] = said.of('control.requested')
  expect(asked).toMatchObject({
    kind: 'form',
    message: 'Please provide inputs for the following fields:',
    step: 't1.2.1',
    schema: { properties: { birthdate: { format: 'date' } }, required: ['name'] },
  })
  const answer = { action: 'accept' as const, content: { name: 'Ann', integer: 7 } }
  said.run.settled(asked!.request, { outcome: 'answered', answer })
  await said.ending
  expect(said.of('tool.finished')[0]!.output).toContain('- Name: Ann\n- Favorite Integer: 7')
})

test('[G59] a server’s name and address are checked when the agent is defined', () => {
  const define = (mcp: unknown) => () => defineAgent({ name: 'a', run() {}, mcp: mcp as McpServers })
  expect(define({ 'no name': everything })).toThrow('«no name» cannot be the name of a server')
  expect(define({ both: { command: 'x', url: 'http://x' } })).toThrow('mcp.both needs either a command or a url')
  expect(define({ neither: {} })).toThrow('mcp.neither needs either a command or a url')
  expect(define({ file: { url: 'file:///etc/passwd' } })).toThrow('«file:///etc/passwd» is no http or https address')
})

test('[G63] the tools of MCP servers are told when the agent is loaded, and no process outlives its worker', async () => {
  const lines = new EventEmitter()
  const printed = once(lines, 'pid')
  const host = await WorkerHost.open({
    files: [join(import.meta.dirname, 'agents/mcp-user.ts')],
    log: ({ text }) => text.startsWith('[mcp every] pid ') && lines.emit('pid', Number(text.split(' ').at(-1))),
  })
  const echo = host.agents()[0]!.tools.find(({ name }) => name === 'every_echo')!
  expect(echo).toMatchObject({ title: 'Echo Tool', inputSchema: { properties: { message: { type: 'string' } } } })
  const [pid] = await printed
  expect(isRunning(pid)).toBe(true)
  await host.close()
  await vi.waitUntil(() => !isRunning(pid), { timeout: 20_000 })
})

/** Whether there is such a process, one that has ended and that nobody asked about left out. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', `${pid}`], { encoding: 'utf8' })
  return stdout.trim() !== '' && !stdout.startsWith('Z')
}
