import { execFileSync, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createServer } from '@longwire/server'
import { expect, test } from 'vitest'

const ROOT = join(import.meta.dirname, '..')
const PYTHON = process.env.LONGWIRE_PYTHON ?? 'python3'

function hasWebsockets(): boolean {
  try {
    execFileSync(PYTHON, ['-c', 'import websockets'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

// CI installs it, and there the suite may not leave itself out.
test.skipIf(process.env.LONGWIRE_CI === undefined && !hasWebsockets())(
  "[A1] the Python client of the guide runs as it is printed: cut in mid-answer, it says the answer's every word once",
  async () => {
    const guide = readFileSync(join(ROOT, 'docs/guides/python.md'), 'utf8')
    const [, program] = /```python\n([\s\S]*?)```/.exec(guide) ?? []
    process.env.LONGWIRE_OFFLINE_TOKEN_MS = '2'
    const server = await createServer({ agents: [join(ROOT, 'examples/market-analyst')], port: 0 })
    try {
      const socket = `${server.url.replace('http', 'ws')}/v1/socket`
      const { code, output } = await run(program!, socket)
      expect(code).toBe(0)
      expect(output.endsWith('\n\ncompleted\n')).toBe(true)
      expect(`${output.replace(/\n\ncompleted\n$/, '')}`).toBe(await committedText(server.url))
    } finally {
      await server.stop(0)
    }
  },
  60_000,
)

async function committedText(url: string): Promise<string> {
  const { sessions } = (await (await fetch(`${url}/v1/sessions`)).json()) as { sessions: { session: string }[] }
  const view = (await (await fetch(`${url}/v1/sessions/${sessions[0]!.session}/view`)).json()) as {
    turns: { messages: { role: string; parts: { type: string; text: string }[] }[] }[]
  }
  const said = view.turns.flatMap(({ messages }) => messages.filter(({ role }) => role === 'assistant'))
  return said.flatMap(({ parts }) => parts.flatMap(({ type, text }) => (type === 'text' ? [text] : []))).join('')
}

function run(program: string, socket: string): Promise<{ code: number | null; output: string }> {
  const child = spawn(PYTHON, ['-c', program, socket], { stdio: ['ignore', 'pipe', 'inherit'] })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, output })))
}
