import { once } from 'node:events'
import { describe, test } from 'vitest'
import { EXITS } from '../src/exit-codes.ts'
import { AGENTS, run, serving, temporary } from './command.ts'
import { Here } from './here.ts'

/** A Node that cannot run TypeScript: the launcher has to find one that can. */
const OLD = { node: ['--no-experimental-strip-types'] }

describe.concurrent.each([
  ['itself', {}],
  ['beneath an older Node', OLD],
])('the launcher, %s', (_how, options) => {
  test('the process that was started is the one to kill: nothing listens after kill -9', async ({ expect }) => {
    const { running, url } = await serving([], options)
    expect((await fetch(`${url}/healthz`)).status).toBe(200)
    running.process.kill('SIGKILL')
    await once(running.process, 'exit')
    await expect(goneFrom(url)).resolves.toBe(true)
  })

  test('SIGTERM reaches the server, which stops gently', async ({ expect }) => {
    const { running } = await serving([], options)
    running.process.kill('SIGTERM')
    expect(await running.ended).toMatchObject({ code: 0, err: expect.stringContaining('stopping') })
  })

  test('exit codes and arguments pass through', async ({ expect }) => {
    expect(await run(['--version'], options)).toMatchObject({ code: 0, out: '0.1.0\n' })
    expect((await run(['chat', '--url', '127.0.0.1:1'], options)).code).toBe(EXITS.unreachable.code)
  })
})

describe.concurrent('stopping', () => {
  test('a second Ctrl-C does not wait for a turn that never ends', async ({ expect }) => {
    const { running, url } = await serving()
    const chat = new Here(['chat', '--url', url], { input: 'never end\n' })
    await chat.says('You said')
    running.process.kill('SIGINT')
    await running.says('stopping')
    running.process.kill('SIGINT')
    expect((await running.ended).code).toBe(EXITS.interrupted.code)
    chat.stop('SIGTERM')
    await chat.ended
  })

  test('a chat whose server dies says so, comes back by itself, and nothing is doubled', async ({ expect }) => {
    const data = temporary()
    const first = await serving(['--data', data])
    const { port } = new URL(first.url)
    const chat = new Here(['chat', '--url', first.url])
    chat.input.write('before\n')
    await chat.says('You said **before**.\n') // the turn has ended
    first.running.process.kill('SIGKILL')
    await chat.says('line lost, coming back')
    const second = new Here(['serve', AGENTS, '--data', data, '--port', port])
    chat.input.end('after\n')
    expect(await chat.ended).toMatchObject({ code: 0, out: 'You said **before**.\n\nYou said **after**.\n' })
    second.stop('SIGTERM')
    await second.ended
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
