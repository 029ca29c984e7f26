import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

export interface NodeSettings {
  readonly name: string
  readonly store: string
  readonly bus: string
  readonly agents: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** How far its clock is ahead of everybody's, in milliseconds. */
  readonly skewMs?: number
}

const MAIN = fileURLToPath(new URL('../../packages/cli/src/main.ts', import.meta.url))

/** One Longwire node as a process of its own: the `longwire` command, as an operator starts it. */
export class NodeProcess {
  readonly name: string
  readonly #child: ChildProcess
  readonly #gone: Promise<unknown>
  readonly #errors: string[] = []
  #url = ''

  /** Resolves once it serves. */
  static async start(settings: NodeSettings): Promise<NodeProcess> {
    const node = new NodeProcess(settings)
    await node.#serves()
    return node
  }

  private constructor({ name, store, bus, agents, env, skewMs = 0 }: NodeSettings) {
    this.name = name
    const args = ['serve', ...agents, '--port', '0', '--json', '--store', store, '--bus', bus, '--node', name]
    const node = ['--conditions=longwire-source', ...(skewMs === 0 ? [] : ['--import', clockAhead(skewMs)])]
    this.#child = spawn(process.execPath, [...node, MAIN, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    this.#gone = once(this.#child, 'exit')
    createInterface(this.#child.stderr!).on('line', (line) => {
      this.#errors.push(line)
      if (this.#errors.length > 200) this.#errors.shift()
    })
  }

  get url(): string {
    return this.#url
  }

  get port(): number {
    return Number(new URL(this.#url).port)
  }

  get pid(): number {
    return this.#child.pid!
  }

  /** The last lines of its log. */
  get log(): readonly string[] {
    return this.#errors
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL')
    await this.#gone
  }

  /** Asks it to stop, and waits until it has. */
  async stop(): Promise<void> {
    this.#child.kill('SIGTERM')
    await this.#gone
  }

  freeze(): void {
    this.#child.kill('SIGSTOP')
  }

  thaw(): void {
    this.#child.kill('SIGCONT')
  }

  async #serves(): Promise<void> {
    const lines = createInterface(this.#child.stdout!)
    const first = once(lines, 'line').then(([line]) => String(line))
    const line = await Promise.race([first, this.#gone.then(() => undefined)])
    if (line === undefined) throw new Error(`node ${this.name} did not start:\n${this.#errors.join('\n')}`)
    this.#url = (JSON.parse(line) as { url: string }).url
  }
}

/** A module that sets the clock of a process, and of its workers, ahead. */
function clockAhead(ms: number): string {
  const code = `const now=Date.now;Date.now=()=>now()+${ms};const D=Date;globalThis.Date=class extends D{constructor(...a){a.length?super(...a):super(D.now())}}`
  return `data:text/javascript,${encodeURIComponent(code)}`
}
