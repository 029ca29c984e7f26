import { once } from 'node:events'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { EXITS } from '../src/exit-codes.ts'
import { Running, run, serving, temporary } from './command.ts'

/** A Node that cannot run TypeScript: the launcher has to find one that can. */
const OLD = { node: ['--no-experimental-strip-types'] }

describe.each([
  ['itself', {}],
  ['beneath an older Node', OLD],
])('the launcher, %s', (_how, options) => {
  test('the process that was started is the one to kill: nothing listens after kill -9', async () => {
    const { running, url } = await serving([], options)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    running.process.kill('SIGKILL')
    await once(running.process, 'exit')
    await expect(goneFrom(url)).resolves.toBe(true)
  })

  test('SIGTERM reaches the server, which stops gently', async () => {
    const { running } = await serving([], options)
    running.process.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0, err: expect.stringContaining('stopping') })
  })

  test('exit codes and arguments pass through', async () => {
    expect(await run(['--version'], options)).toMatchObject({ code: 0, out: '0.1.0\n' })
    expect((await run(['chat', '--url', '127.0.0.1:1'], options)).code).toBe(EXITS.unreachable.code)
  })
})

describe('stopping', () => {
  test('a second Ctrl-C does not wait for a turn that never ends', async () => {
    const { running, url } = await serving()
    const chat = new Running(['chat', '--url', url], { input: 'never end\n' })
    await chat.says('You said')
    running.process.kill('SIGINT')
    await running.says('stopping')
    running.process.kill('SIGINT')
    expect((await running.ended).code).toBe(EXITS.interrupted.code)
    chat.process.kill('SIGKILL')
  })

  test('a chat whose server dies says so, comes back by itself, and nothing is doubled', async () => {
    const data = temporary()
    const first = await serving(['--data', data])
    const { port } = new URL(first.url)
    const chat = new Running(['chat', '--url', first.url])
    chat.process.stdin!.write('before\n')
    await chat.says('You said **before**.\n') // the turn has ended
    first.running.process.kill('SIGKILL')
    await chat.says('line lost, coming back')
    const second = await serving(['--data', data, '--port', port])
    chat.process.stdin!.end('after\n')
    expect(await chat.ended).toMatchObject({ code: 0, out: 'You said **before**.\n\nYou said **after**.\n' })
    second.running.process.kill('SIGKILL')
  })
})

describe('dev', () => {
  test('serves anew when a file changes, and waits with the error when it does not load', async () => {
    const folder = temporary()
    const file = join(folder, 'agent.ts')
    const agent = (said: string) =>
      `export default { kind: 'agent', name: 'one', description: '${said}', async run(turn) { await turn.text('${said}') } }\n`
    writeFileSync(file, agent('first'))
    mkdirSync(join(folder, 'lib'))
    const dev = new Running(['dev', folder, '--port', '0', '--data', join(folder, 'data')])
    const [url] = await dev.says(/http:\/\/127\.0\.0\.1:\d+/)
    await dev.says('watching for changes')
    writeFileSync(file, `${agent('second')}const a = ;\n`)
    await dev.says(/agent\.ts:2\n\n +const a = ;/)
    await dev.says('for the next change')
    writeFileSync(file, agent('third'))
    await dev.says('restarted')
    expect((await run(['agents', '--url', url])).out).toContain('third')
    writeFileSync(join(folder, 'lib', 'more.ts'), 'export {}')
    await dev.says(/changed +\S*more\.ts/)
    dev.process.kill('SIGTERM')
    expect((await dev.ended).code).toBe(0)
  })
})

async function goneFrom(url: string): Promise<boolean> {
  for (;;) {
    try {
      await fetch(`${url}/healthz`)
    } catch {
      return true
    }
  }
}
