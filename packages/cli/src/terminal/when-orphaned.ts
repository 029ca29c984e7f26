import { readFileSync } from 'node:fs'

const LOOK_EVERY_MS = 100

/**
 * Shares the fate of the npm that started this process in a shell: npm passes a signal on to that shell and no further, and
 * one that is killed passes on nothing. Where the shell is gone, `gone` is called, once. Where npm is gone and the shell is
 * not, npm was killed without a word, and so is this process. Elsewhere nothing is ever done.
 */
export function whenOrphaned(env: Readonly<Record<string, string | undefined>>, gone: () => void): () => void {
  if (env.npm_lifecycle_event === undefined || process.platform === 'win32') return () => {}
  const shell = process.ppid
  const npm = parentOf(shell)
  const looking = setInterval(() => {
    if (process.ppid !== shell) {
      clearInterval(looking)
      gone()
    } else if (npm !== undefined && parentOf(shell) !== npm) {
      process.kill(process.pid, 'SIGKILL')
    }
  }, LOOK_EVERY_MS)
  looking.unref()
  return () => clearInterval(looking)
}

/** The parent of a process, where the system tells: on Linux. */
function parentOf(pid: number): number | undefined {
  try {
    // The name of the program stands in parentheses, and may hold anything.
    const [, parent] = /\) \S+ (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? []
    return parent === undefined ? undefined : Number(parent)
  } catch {
    return undefined
  }
}
