import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Note } from './journey.ts'
import type { Home, Line } from './person.ts'

/** When a server kills itself: around its `append`-th append, `in` one that is on its way to the file. */
export interface Death {
  readonly append: number
  readonly when: 'before' | 'in' | 'after'
  readonly parkMs: number
}

const HERE = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const FOLDER_OF_TESTS = 'longwire-durable-'

/**
 * A server in a process of its own, with workers and a log on disk, that kills itself as often as `deaths` says and is
 * started again each time on the same log.
 */
export class ChildHome implements Home {
  readonly #folder = mkdtempSync(join(tmpdir(), FOLDER_OF_TESTS))
  readonly #deaths: Death[]
  readonly #parkMs: number
  #child: ChildProcess | undefined
  #line: Promise<Line>
  #isClosed = false
  lives = 0

  constructor(deaths: readonly Death[], parkMs = 30_000) {
    this.#deaths = [...deaths]
    this.#parkMs = parkMs
    this.#line = this.#begin()
  }

  line(): Promise<Line> {
    return this.#line
  }

  /** What the agent did, in all lives. */
  notes(): readonly Note[] {
    const lines = readFileSync(join(this.#folder, 'notes'), 'utf8').split('\n')
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Note)
  }

  /** Kills what runs, and removes the log. */
  async close(): Promise<void> {
    this.#isClosed = true
    const child = this.#child
    if (child && child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
    }
    await this.#line.catch(() => undefined)
    rmSync(this.#folder, { recursive: true, force: true })
  }

  async #begin(): Promise<Line> {
    for (;;) {
      this.lives += 1
      const death = this.#deaths.shift() ?? { append: 0, when: 'before', parkMs: this.#parkMs }
      const args = [HERE('mortal-child.ts'), join(this.#folder, 'log'), HERE('agents/noting-traveller.ts')]
      const child = spawn(process.execPath, [...process.execArgv, ...args, JSON.stringify(death)], {
        stdio: ['ignore', 'pipe', 'inherit'],
        env: { ...process.env, TRAVELLER_NOTES: join(this.#folder, 'notes') },
      })
      this.#child = child
      const over = new AbortController()
      const gone = once(child, 'exit')
      const [url] = await Promise.race([firstLine(child), gone.then(() => [])])
      // It may die while it mends what the one before it left.
      if (url === undefined && !this.#isClosed) continue
      void gone.then(() => {
        if (!this.#isClosed) this.#line = this.#begin()
        over.abort()
      })
      return { url: url ?? '', cut: over.signal }
    }
  }
}

async function firstLine(child: ChildProcess): Promise<readonly string[]> {
  for await (const line of createInterface({ input: child.stdout! })) return [line]
  return []
}
