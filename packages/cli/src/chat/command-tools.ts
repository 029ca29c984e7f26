import { spawn } from 'node:child_process'
import { type ClientTools, type Session, toolAsked } from '@longwire/client'
import type { Json } from '@longwire/protocol'
import type { RequestView } from '@longwire/view'

/** What a command writes at most. */
const MOST_OUTPUT = 500_000
/** How long a command that is told to end may take to do so. */
const GRACE_MS = 2_000

/** Tools of this terminal, each a command line: the input is JSON on its input stream, the result what it writes. */
export function commandTools(commands: Readonly<Record<string, string>>): ClientTools {
  return Object.fromEntries(
    Object.entries(commands).map(([name, command]) => [
      name,
      (input: Json, { signal }: { readonly signal: AbortSignal }) => run(command, input, signal),
    ]),
  )
}

/** Whether one of these tools answers the request. */
export function isForTool(session: Session, commands: Readonly<Record<string, string>>) {
  return (request: RequestView): boolean => {
    const name = request.kind === 'client-tool' ? toolAsked(session.view, request) : undefined
    return name !== undefined && Object.hasOwn(commands, name)
  }
}

function run(command: string, input: Json, signal: AbortSignal): Promise<Json> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, { shell: true, stdio: 'pipe', signal, killSignal: 'SIGTERM' })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
      if (out.length > MOST_OUTPUT) child.kill('SIGTERM')
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err = (err + text).slice(-2_000)
    })
    child.stdin.on('error', () => {}) // it need not read its input
    child.stdin.end(JSON.stringify(input))
    signal.addEventListener('abort', () => setTimeout(() => child.kill('SIGKILL'), GRACE_MS).unref())
    child.once('error', reject)
    child.once('close', (code, killed) => {
      if (out.length > MOST_OUTPUT) reject(new Error(`it wrote more than ${MOST_OUTPUT} characters`))
      else if (code === 0) resolve(resultOf(out.trim()))
      else reject(new Error(err.trim() || `it ended with ${killed ?? `exit code ${code}`}`))
    })
  })
}

function resultOf(text: string): Json {
  try {
    return JSON.parse(text) as Json
  } catch {
    return text
  }
}
