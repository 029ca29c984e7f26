import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const LAUNCHER = new URL('../bin/longwire.js', import.meta.url).pathname
export const AGENTS = new URL('./agents/echo.ts', import.meta.url).pathname

/** What a process needs to start, and to start fast. */
const { PATH, HOME, NODE_COMPILE_CACHE } = process.env
const KEPT = { PATH, HOME, ...(NODE_COMPILE_CACHE ? { NODE_COMPILE_CACHE } : {}) }

export interface RunOptions {
  readonly input?: string
  readonly env?: Record<string, string>
  readonly cwd?: string
  /** Flags of the Node that starts the launcher. */
  readonly node?: readonly string[]
}

/** A real process of the command line. */
export class Running {
  readonly process: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
  out = ''
  err = ''
  readonly #wakes = new Set<() => void>()

  constructor(args: readonly string[], { input, env, cwd, node = [] }: RunOptions = {}) {
    this.process = spawn(process.execPath, [...node, LAUNCHER, ...args], {
      env: { ...KEPT, ...env },
      cwd,
      stdio: 'pipe',
    })
    this.process.stdout!.on('data', (data) => this.#heard('out', data))
    this.process.stderr!.on('data', (data) => this.#heard('err', data))
    if (input !== undefined) this.process.stdin!.end(input)
    this.ended = new Promise((resolve) => {
      this.process.on('close', (code) => {
        for (const wake of this.#wakes) wake()
        resolve({ code, out: this.out, err: this.err })
      })
    })
  }

  /** Once its output holds this; rejects when it ends before. */
  says(text: string | RegExp): Promise<RegExpExecArray> {
    return this.hears('both', text)
  }

  async hears(stream: 'out' | 'err' | 'both', text: string | RegExp): Promise<RegExpExecArray> {
    const wanted = typeof text === 'string' ? new RegExp(text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')) : text
    for (;;) {
      const match = wanted.exec(stream === 'both' ? this.out + this.err : this[stream])
      if (match) return match
      if (this.process.exitCode !== null) throw new Error(`it ended without ${wanted}:\n${this.out}\n${this.err}`)
      await new Promise<void>((wake) => this.#wakes.add(wake))
    }
  }

  #heard(stream: 'out' | 'err', data: Buffer): void {
    this[stream] += data
    for (const wake of this.#wakes) wake()
    this.#wakes.clear()
  }
}

/** Runs a command to its end. */
export function run(args: readonly string[], options: RunOptions = {}) {
  return new Running(args, { input: '', ...options }).ended
}

/** A server of the echo agent, as a process. */
export async function serving(args: readonly string[] = [], options: RunOptions = {}) {
  const running = new Running(['serve', AGENTS, '--port', '0', '--data', temporary(), ...args], options)
  const [url] = await running.hears('out', /http:\/\/127\.0\.0\.1:\d+/)
  return { running, url }
}

export function temporary(): string {
  return mkdtempSync(join(tmpdir(), 'longwire-'))
}
