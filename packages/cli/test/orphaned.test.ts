import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { AGENTS, temporary } from './command.ts'

const BIN = join(import.meta.dirname, '../bin/longwire.js')

/** As npm does it: a process that starts a shell that starts the command. Answers the pids of both, and the address. */
async function underNpm(): Promise<{ npm: number; shell: number; url: string }> {
  const command = `"${process.execPath}" "${BIN}" serve "${AGENTS}" --port 0 --json --data "${temporary()}"; :`
  const npm = `const c = require('node:child_process').spawn('sh', ['-c', ${JSON.stringify(command)}], { stdio: 'inherit' })
    console.log(JSON.stringify({ shell: c.pid })); setInterval(() => {}, 1000)`
  const env = { ...process.env, npm_lifecycle_event: 'start' }
  const child = spawn(process.execPath, ['-e', npm], { stdio: ['ignore', 'pipe', 'inherit'], env })
  let said = ''
  for await (const text of child.stdout.setEncoding('utf8')) {
    said += text
    const lines = said.split('\n').slice(0, -1)
    if (lines.length < 2) continue
    const facts = Object.assign({}, ...lines.map((line) => JSON.parse(line) as object)) as {
      shell: number
      url: string
    }
    return { npm: child.pid!, shell: facts.shell, url: facts.url }
  }
  throw new Error(`nothing was started: ${said}`)
}

/** Resolves once nothing listens there; the time limit of the test is the bound. */
async function isGone(url: string): Promise<true> {
  for (;;) {
    try {
      await fetch(`${url}/healthz`)
    } catch {
      return true
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

test('the server that npm started stops when npm ends its shell', async () => {
  const { npm, shell, url } = await underNpm()
  process.kill(shell, 'SIGTERM')
  expect(await isGone(url)).toBe(true)
  process.kill(npm, 'SIGKILL')
})

test.skipIf(process.platform !== 'linux')('the server that npm started dies when npm is killed', async () => {
  const { npm, url } = await underNpm()
  process.kill(npm, 'SIGKILL')
  expect(await isGone(url)).toBe(true)
})
