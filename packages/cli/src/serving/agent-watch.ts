import { existsSync, type FSWatcher, readdirSync, statSync, watch } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

/** Changes within so many milliseconds are one change: editors write a file in several moves. */
const SETTLE_MS = 120
/** Folders that are watched at most. What lies in others is not noticed. */
const MOST_FOLDERS = 1_000
const NOT_SOURCE = /^(node_modules|dist|coverage|\..*)$|~$|\.(sqlite|db)(-\w+)?$|\.log$/

/**
 * Watches the folders of agents, with all that is in them, and tells which files changed. Each folder is watched by
 * itself: a file that an editor puts in another's place is noticed by its folder alone.
 */
export class AgentWatch {
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #ignored: string
  #changed = new Set<string>()
  #timer: NodeJS.Timeout | undefined
  #wake: (() => void) | undefined

  readonly #concerns: (path: string, isNew: boolean) => boolean

  /**
   * `ignored` is a folder of which nothing is told: where the server itself writes. Of other changes those are told that
   * `concerns` says matter: an agent may write beside itself, too. `isNew` is a file that came, or went.
   */
  constructor(paths: readonly string[], ignored: string, concerns: (path: string, isNew: boolean) => boolean) {
    this.#concerns = concerns
    this.#ignored = resolve(ignored)
    for (const path of paths) this.#watchBelow(folderOf(resolve(path)))
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
    const there = changed.filter((file) => existsSync(file)) // an editor's own files come and go
    return (there.length > 0 ? there : changed).map((file) => relative('', file))
  }

  close(): void {
    clearTimeout(this.#timer)
    for (const watcher of this.#watchers.values()) watcher.close()
  }

  #watchBelow(folder: string): void {
    if (this.#watchers.has(folder) || this.#watchers.size >= MOST_FOLDERS || folder === this.#ignored) return
    const watcher = watch(folder, (event, name) => name && this.#heard(folder, String(name), event === 'rename'))
    watcher.on('error', () => this.#forget(folder))
    this.#watchers.set(folder, watcher)
    for (const entry of readdirSync(folder, { withFileTypes: true })) {
      if (entry.isDirectory() && !NOT_SOURCE.test(entry.name)) this.#watchBelow(join(folder, entry.name))
    }
  }

  #forget(folder: string): void {
    this.#watchers.get(folder)?.close()
    this.#watchers.delete(folder)
  }

  #heard(folder: string, name: string, isNew: boolean): void {
    const path = join(folder, name)
    if (NOT_SOURCE.test(name) || path === this.#ignored) return
    if (isFolder(path)) this.#watchBelow(path)
    else if (this.#watchers.has(path)) this.#forget(path)
    if (!this.#concerns(path, isNew)) return
    this.#changed.add(path)
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#timer = undefined
      this.#wake?.()
    }, SETTLE_MS)
  }
}

function folderOf(path: string): string {
  return isFolder(path) ? path : dirname(path)
}

export function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true
}
