import { mkdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runCommandLine } from '../src/command-line.ts'
import { EXITS } from '../src/exit-codes.ts'
import { AGENTS, type Running, run, serving, temporary } from './command.ts'
import { Here, runHere } from './here.ts'
import { desk } from './paper.ts'

const data = temporary()
let server: Running
let url: string
beforeAll(async () => {
  const started = await serving(['--data', data])
  server = started.running
  url = started.url
})
afterAll(() => {
  server.process.kill('SIGKILL')
})

describe('chat from a pipe', () => {
  test('each line is a question; the output holds the answers alone, and the work goes to the other stream', async () => {
    const { code, out, err } = await run(['chat', '--url', url], { input: 'one\n\ntwo\n' })
    expect(out).toBe('You said **one**.\n\nYou said **two**.\n')
    expect(err).toContain('● Answering')
    expect(err).toContain('┊ It was told 3 characters.')
    expect(err).toMatch(/session ses_\S+\n$/)
    expect(code).toBe(EXITS.ok.code)
  })

  test('a turn that fails is told of, and the exit code says so', async () => {
    const { code, out, err } = await runHere(['chat', '--url', url], { input: 'fail\nfine\n' })
    expect(err).toContain('failed: it was told to fail (agent_error)')
    expect(out).toContain('You said **fine**.')
    expect(code).toBe(EXITS.turn_failed.code)
  })

  test('--json prints every event as one line, and --session goes on with the same session', async () => {
    const first = await runHere(['chat', '--url', url, '--json'], { input: 'one\n' })
    const events = jsonLines(first.out)
    expect(events[0]).toMatchObject({ type: 'session.opened', seq: 1 })
    expect(events.at(-1)).toMatchObject({ type: 'turn.ended', outcome: 'completed' })
    const session = events[0]!.session as string
    const second = jsonLines(
      (await runHere(['chat', '--url', url, '--json', '--session', session], { input: 'two\n' })).out,
    )
    expect(second.filter(({ type }) => type === 'turn.started')).toHaveLength(1)
    expect(second.at(-1)).toMatchObject({ type: 'turn.ended' })
  })

  test('an agent or a session that is not there, and a server that is not there, each have a code', async () => {
    const [agent, session, nowhere] = await Promise.all([
      runHere(['chat', 'nobody', '--url', url]),
      runHere(['chat', '--session', 'nobody', '--url', url]),
      runHere(['chat', '--url', 'http://127.0.0.1:1']),
    ])
    expect(agent).toMatchObject({ code: EXITS.not_found.code, err: expect.stringContaining('It has echo') })
    expect(session).toMatchObject({ code: EXITS.not_found.code })
    expect(nowhere).toMatchObject({ code: EXITS.unreachable.code, err: expect.stringContaining('longwire serve') })
  })
})

describe('the lists', () => {
  test('agents are listed, and as JSON with all that is known of them', async () => {
    const plain = await run(['agents'], { env: { LONGWIRE_URL: url } })
    expect(plain).toMatchObject({ code: 0, out: 'echo\n  Says back what it is told.\n' })
    const json = await runHere(['agents', '--json', '--url', url])
    expect(jsonLines(json.out)).toMatchObject([{ name: 'echo', examples: ['Hello'] }])
  })

  test('sessions are listed, newest first, and as JSON', async () => {
    const { err } = await runHere(['chat', '--url', url], { input: 'hello\n' })
    const [, id] = /session (\S+)/.exec(err)!
    const json = jsonLines((await runHere(['sessions', '--json', '--url', url, '--agent', 'echo'])).out)
    expect(json[0]).toMatchObject({ session: id, agent: 'echo', status: 'idle' })
    expect((await runHere(['sessions', '--url', url])).out.split('\n')[0]).toMatch(
      new RegExp(`^${id} +idle +\\d+ s ago`),
    )
    expect((await runHere(['sessions', '--url', url, '--status', 'sleepy'])).code).toBe(EXITS.usage.code)
  })
})

describe('tail', () => {
  test('prints what was from a place on, and what comes, until the session is closed', async () => {
    const { err } = await runHere(['chat', '--url', url], { input: 'hello\n' })
    const [, id] = /session (\S+)/.exec(err)!
    const { running } = tailOf(id!, '--after', '2')
    await running.says(/turn\.ended +completed/)
    expect(running.out).not.toContain('session.opened')
    expect(running.out).toMatch(/^3 +[\d:.]+ +turn\.started/)
    await fetch(`${url}/v1/sessions/${id}/commands`, { method: 'POST', body: '{"type":"close","id":"c"}' })
    expect(await running.ended).toMatchObject({ code: 0, out: expect.stringContaining('session.closed') })
  })

  test('--json gives the events as they are, and Ctrl-C is an interruption', async () => {
    const { err } = await runHere(['chat', '--url', url], { input: 'hello\n' })
    const [, id] = /session (\S+)/.exec(err)!
    const { running } = tailOf(id!, '--json', '--trace', 'debug')
    await running.says('turn.ended')
    running.stop()
    const { code, out } = await running.ended
    expect(code).toBe(EXITS.interrupted.code)
    expect(jsonLines(out).map(({ seq }) => seq)).toEqual(jsonLines(out).map((_, at) => at + 1))
  })

  test('a place that is none, and a session that is none', async () => {
    expect((await runHere(['tail', 'x', '--after', '-1', '--url', url])).code).toBe(EXITS.usage.code)
    expect((await runHere(['tail', 'nobody', '--url', url])).code).toBe(EXITS.not_found.code)
  })

  function tailOf(id: string, ...args: string[]) {
    return { running: new Here(['tail', id, '--url', url, ...args]) }
  }
})

describe('serve', () => {
  test('says where it listens, with which agents, on what log, and what to do next', async () => {
    for (const line of [
      /echo {2}thinks with its own code/,
      /listening +http:\/\/127\.0\.0\.1:\d+/,
      /data +\S+ +survives the death of this process/,
      /npx longwire chat --url http/,
    ]) {
      expect(server.out).toMatch(line)
    }
    expect(server.out).not.toContain('\u001b')
  })

  test('tells agents the folder that --data names, for what they keep themselves', async () => {
    const [, data] = /data +(\S+)/.exec(server.out)!
    const { out } = await runHere(['chat', '--url', url], { input: 'where?\n' })
    expect(out).toBe(`You said **${resolve(data!)}**.\n`)
  })

  test('--json says the same in one line', async () => {
    const running = new Here(['serve', AGENTS, '--port', '0', '--data', temporary(), '--json', '--durability', 'power'])
    await running.says('"event":"listening"')
    expect(jsonLines(running.out)).toMatchObject([
      { event: 'listening', durability: 'power', agents: [{ name: 'echo' }], recovered: 0 },
    ])
    running.stop('SIGTERM')
    expect((await running.ended).code).toBe(0)
  })

  test('a port or a data directory that another server has, each with its own code', async () => {
    const [port, log] = await Promise.all([
      runHere(['serve', AGENTS, '--port', new URL(url).port, '--data', temporary()]),
      runHere(['serve', AGENTS, '--port', '0', '--data', data]),
    ])
    expect(port).toMatchObject({ code: EXITS.port_in_use.code, err: expect.stringContaining('--port') })
    expect(log).toMatchObject({ code: EXITS.data_in_use.code, err: expect.stringContaining(data) })
  })

  test('a data directory that cannot be', async () => {
    const file = join(temporary(), 'file')
    writeFileSync(file, '')
    const [isFile, below] = await Promise.all([
      runHere(['serve', AGENTS, '--data', file]),
      runHere(['serve', AGENTS, '--data', join(file, 'below')]),
    ])
    expect(isFile).toMatchObject({ code: EXITS.data_unusable.code })
    expect(below).toMatchObject({ code: EXITS.data_unusable.code })
  })

  test('an agent that does not load is shown with its line', async () => {
    const file = join(temporary(), 'agent.ts')
    writeFileSync(file, 'export const a = 1\nthrow new Error("no key")\n')
    const { code, err } = await runHere(['serve', file, '--port', '0', '--data', temporary()])
    expect(code).toBe(EXITS.agent_unloadable.code)
    expect(err).toContain('no key')
    expect(err).toContain('agent.ts:2')
    expect((await runHere(['serve', 'not-there.ts'])).code).toBe(EXITS.agent_unloadable.code)
  })

  test('without a name it looks for agents here, and says so when there are none', async () => {
    const before = process.cwd()
    const here = temporary()
    process.chdir(here)
    try {
      const none = await runHere(['serve'])
      expect(none).toMatchObject({ code: EXITS.no_agents.code, err: expect.stringContaining('agents/') })
      mkdirSync(join(here, 'agents'))
      expect(await runHere(['serve', '--port', '0'])).toMatchObject({ code: EXITS.agent_unloadable.code })
    } finally {
      process.chdir(before)
    }
  })

  test('an address that others can reach is refused without a verifier', async () => {
    const refused = await runHere(['serve', AGENTS, '--host', '0.0.0.0', '--data', temporary()])
    expect(refused).toMatchObject({ code: EXITS.unsafe_host.code, err: expect.stringContaining('who may enter') })
  })
})

describe('the command line', () => {
  test('help shows every command, the exit codes, and examples', async () => {
    const { code, out } = await runHere(['--help'])
    expect(code).toBe(0)
    for (const word of ['serve', 'dev', 'chat', 'requests', 'answer', 'tail', 'sessions', 'agents', 'Exit codes'])
      expect(out).toContain(word)
    for (const { code, says } of Object.values(EXITS)) expect(out).toContain(`${code}`.padEnd(5) + says)
    expect((await runHere(['chat', '--help'])).out).toContain('Examples:')
  })

  test('what makes no sense is said to make none', async () => {
    for (const args of [['nope'], ['serve', '--port', 'x'], ['serve', '--port', '70000'], ['tail'], []]) {
      expect(await runCommandLine(args, desk())).toBe(EXITS.usage.code)
    }
    expect((await run(['serve', AGENTS], { env: { PORT: 'x' } })).err).toContain("from env 'PORT'")
  })
})

function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}
