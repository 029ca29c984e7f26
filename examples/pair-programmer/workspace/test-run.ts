import { spawn } from 'node:child_process'
import { type Failure, failuresIn, namesIn } from './tap.ts'
import type { Workspace } from './workspace.ts'

export interface TestLimits {
  readonly ms: number
  readonly bytes: number
}

export const TEST_LIMITS: TestLimits = { ms: 10_000, bytes: 131_072 }
const MOST_SHOWN = 8_000

export type TestRun = {
  passed: string[]
  failed: Failure[]
  /** Why it was stopped before its end, if it was. */
  stopped: string | null
  /** The end of what it printed. */
  output: string
  tookMs: number
}

/**
 * Runs the folder's tests in a process that may read the folder and nothing else: no writing, no processes, no
 * environment. It is ended when its time or its output is over the limit, whatever it does.
 */
export async function runTests(workspace: Workspace, limits: TestLimits, signal: AbortSignal): Promise<TestRun> {
  const { root } = workspace
  const [major = 0] = process.versions.node.split('.').map(Number)
  const isolation = major >= 23 ? '--test-isolation=none' : '--experimental-test-isolation=none'
  const args = ['--permission', `--allow-fs-read=${root}`, '--test', isolation, '--test-reporter=tap']
  const startedAt = performance.now()
  const child = spawn(process.execPath, args, { cwd: root, env: {}, stdio: ['ignore', 'pipe', 'pipe'] })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  let output = ''
  let stopped: string | null = null
  const stop = (why: string) => {
    stopped ??= why
    child.kill('SIGKILL')
  }
  const take = (piece: Buffer) => {
    output += piece.toString('utf8')
    if (output.length > limits.bytes) stop(`it printed more than ${limits.bytes} bytes`)
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  child.once('error', reject)
  child.once('close', () => resolve())
  const timer = setTimeout(() => stop(`it ran for more than ${limits.ms} ms`), limits.ms)
  const aborted = () => stop('it was cancelled')
  signal.addEventListener('abort', aborted)
  try {
    if (signal.aborted) aborted()
    await promise
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', aborted)
  }
  signal.throwIfAborted()
  const text = output.slice(0, limits.bytes).replaceAll(`file://${root}/`, '').replaceAll(`${root}/`, '')
  return {
    passed: namesIn(text),
    failed: failuresIn(text),
    stopped,
    output: text.slice(-MOST_SHOWN),
    tookMs: Math.round(performance.now() - startedAt),
  }
}
