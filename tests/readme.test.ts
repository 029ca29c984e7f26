import { spawn } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer, type LongwireServer } from '@longwire/server'
import { afterAll, beforeAll, expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const PROGRAM = join(ROOT, 'tests', 'readme-client.generated.ts')

let server: LongwireServer

beforeAll(async () => {
  process.env.LONGWIRE_OFFLINE_TOKEN_MS = '0'
  server = await createServer({ agents: [join(ROOT, 'examples/market-analyst')], port: 0 })
}, 60_000)

afterAll(async () => {
  rmSync(PROGRAM, { force: true })
  await server.stop(0)
})

test('the client of the README runs as it is printed, but for the address', async () => {
  const readme = readFileSync(join(ROOT, 'README.md'), 'utf8')
  const [, program] = /```ts\n(import \{ connect \}[\s\S]*?)```/.exec(readme) ?? []
  expect(program).toContain('http://127.0.0.1:8787')
  writeFileSync(PROGRAM, program!.replace('http://127.0.0.1:8787', server.url))
  const { code, output } = await run(['--conditions=longwire-source', PROGRAM])
  expect(output).toContain('not investment advice')
  expect(output).toMatch(/ses_[\w-]{43} stands at \d+\n$/)
  expect(code).toBe(0)
})

function run(args: readonly string[]): Promise<{ code: number | null; output: string }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}
