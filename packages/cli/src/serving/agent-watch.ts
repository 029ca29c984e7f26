import { type FSWatcher, statSync, watch } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'

/** Changes within so many milliseconds are one change: editors write a file in several moves. */
const SETTLE_MS = 120
const NOT_SOURCE = /(^|[\\/])(node_modules|dist|coverage|\.[^\\/]+)([\\/]|$)|~$|\.(sqlite|db)(-\w+)?$|\.log$/

/** Watches the folders of agents, and tells which files changed. */
export class AgentWatch {
  readonly #watchers: FSWatcher[]
  readonly #ignored: string
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined

  /** `ignored` is a folder of which nothing is told: where the server itself writes. */
  constructor(paths: readonly string[], ignored: string) {
    this.#ignored = resolve(ignored)
    this.#watchers = foldersOf(paths).map((folder) =>
      watch(folder, { recursive: true }, (_event, name) => name && this.#heard(folder, String(name))),
    )
    for (const watcher of this.#watchers) watcher.on('error', () => {}) // a folder that is gone changes no more
  }

  /** The files that changed, once they did and it has become quiet. Relative to where the command runs. */
  async next(): Promise<readonly string[]> {
    if (this.#changed.size === 0 || this.#timer !== undefined) {
      await new Promise<void>((wake) => {
        this.#wake = wake
      })
    }
    const changed = [...this.#changed]
    this.#changed = new Set()
    return changed
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers) watcher.close()
  }

  #heard(folder: string, name: string): void {
    const file = join(folder, name)
    if (NOT_SOURCE.test(name) || file === this.#ignored || file.startsWith(this.#ignored + sep)) return
    this.#changed.add(relative('', file))
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#wake?.()
    }, SETTLE_MS)
  }
}

/** Each folder once, and none that lies in another. */
function foldersOf(paths: readonly string[]): readonly string[] {
  const folders = paths.map((path) => folderOf(resolve(path)))
  return [...new Set(folders)].filter((folder) => !folders.some((other) => folder.startsWith(other + sep)))
}

function folderOf(path: string): string {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ? path : dirname(path)
}
