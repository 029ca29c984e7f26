import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { Story } from './store-child.ts'

const FILE = fileURLToPath(new URL('./store-child.ts', import.meta.url))

export interface Told {
  /** What it said, line by line. */
  readonly lines: readonly string[]
  readonly errors: string
}

/** Runs a story in a process, and kills it with SIGKILL once it has said so many lines; it may end by itself before. */
export async function tell(story: Story, options: { killAfter: number; limitKib?: number }): Promise<Told> {
  const child = start(story, options.limitKib)
  const lines: string[] = []
  let errors = ''
  child.stderr!.on('data', (data) => {
    errors += data
  })
  const ended = once(child, 'close')
  const reader = createInterface(child.stdout!)
  reader.on('line', (line) => {
    lines.push(line)
    if (lines.length === options.killAfter) child.kill('SIGKILL')
  })
  await ended
  return { lines, errors }
}

function start(story: Story, limitKib: number | undefined): ChildProcess {
  const args = ['--conditions=longwire-source', FILE, JSON.stringify(story)]
  if (limitKib === undefined) return spawn(process.execPath, args)
  return spawn('bash', ['-c', `ulimit -f ${limitKib}; exec "$0" "$@"`, process.execPath, ...args])
}
