import type { Commit } from '@longwire/protocol'

/** Commits of a page. Pages begin at fixed numbers, so that each is asked for once. */
const PAGE = 500
/** So many pages are kept: the ones looked at longest ago go first. */
const MOST_PAGES = 400

/** Reads the commits after `after`, at most `limit` of them. */
export type ReadLog = (after: number, limit: number) => Promise<readonly Commit[]>

/** The log of a session as a table: pages of it, read when they are looked at. */
export class LogPages {
  readonly #read: ReadLog
  readonly #pages = new Map<number, ReadonlyMap<number, Commit>>()
  readonly #asked = new Map<number, Promise<void>>()
  readonly #subscribers = new Set<() => void>()
  #version = 0
  #error: Error | undefined

  constructor(read: ReadLog) {
    this.#read = read
  }

  /** Another number after every change. */
  get version(): number {
    return this.#version
  }

  /** Why the last page could not be read. */
  get error(): Error | undefined {
    return this.#error
  }

  subscribe = (changed: () => void): (() => void) => {
    this.#subscribers.add(changed)
    return () => this.#subscribers.delete(changed)
  }

  /** The commit, if it is here; `hidden` where its page is and it is not: whoever asks may not see it. Else it is asked for. */
  commit(seq: number): Commit | 'hidden' | undefined {
    const index = pageOf(seq)
    const page = this.#pages.get(index)
    if (page) return page.get(seq) ?? 'hidden'
    void this.#ask(index).catch(() => {})
    return undefined
  }

  /** All commits up to `head`, oldest first. `told` hears the share that is here. */
  async all(head: number, told: (share: number) => void, signal: AbortSignal): Promise<readonly Commit[]> {
    const commits: Commit[] = []
    for (let index = 0; index <= pageOf(head) && head > 0; index += 1) {
      signal.throwIfAborted()
      if (!this.#pages.has(index)) await this.#ask(index)
      commits.push(...(this.#pages.get(index)?.values() ?? []))
      told(Math.min(1, ((index + 1) * PAGE) / head))
    }
    return commits.filter(({ seq }) => seq <= head)
  }

  /** More was committed: the page that was the last may have grown. */
  grown(seq: number): void {
    const index = pageOf(seq)
    const page = this.#pages.get(index)
    if (page && !page.has(seq)) this.#pages.delete(index)
    this.#tell()
  }

  #ask(index: number): Promise<void> {
    let asked = this.#asked.get(index)
    if (!asked) {
      asked = this.#load(index).finally(() => this.#asked.delete(index))
      this.#asked.set(index, asked)
    }
    return asked
  }

  async #load(index: number): Promise<void> {
    try {
      const commits = await this.#read(index * PAGE, PAGE)
      this.#pages.delete(index)
      this.#pages.set(index, new Map(commits.map((commit) => [commit.seq, commit])))
      if (this.#pages.size > MOST_PAGES) this.#pages.delete(this.#pages.keys().next().value!)
      this.#error = undefined
    } catch (error) {
      this.#error = error as Error
      throw error
    } finally {
      this.#tell()
    }
  }

  #tell(): void {
    this.#version += 1
    for (const subscriber of this.#subscribers) subscriber()
  }
}

function pageOf(seq: number): number {
  return Math.floor(Math.max(0, seq - 1) / PAGE)
}
