import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { Child } from '../process/child.ts'
import type { Served } from '../servers/longwire.ts'

/** The agent that says what the load generator asks for. */
export const SPEAKER = new URL('../servers/bench-agent.ts', import.meta.url)

/** The agent that says so many pieces and ends. */
export const PAGE_AGENT = new URL('../servers/page-agent.ts', import.meta.url)

export type Name = 'longwire' | 'raw ws'

/** Both servers, each in a process of its own and fresh, and a load generator in a third. */
export class Contest {
  readonly servers: Readonly<Record<Name, Child>>
  readonly load: Child
  readonly #data: string

  private constructor(servers: Readonly<Record<Name, Child>>, load: Child, data: string) {
    this.servers = servers
    this.load = load
    this.#data = data
  }

  static async begin(): Promise<Contest> {
    const data = await temporaryData()
    const longwire = await startLongwire(data)
    const raw = await Child.start(new URL('../servers/raw-ws.ts', import.meta.url))
    return new Contest({ longwire, 'raw ws': raw }, await startLoad(), data)
  }

  async connect(name: Name, connections: number, sessionsPerConnection = 1): Promise<void> {
    await this.load.ask('connect', { port: await this.servers[name].ask('port'), connections, sessionsPerConnection })
  }

  async end(): Promise<void> {
    await this.load.stop()
    await Promise.all(Object.values(this.servers).map((server) => server.stop()))
    await rm(this.#data, { recursive: true })
  }
}

export function temporaryData(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'longwire-bench-'))
}

/** Our server on this data; it serves the agent that the load generator speaks to, unless others are given. */
export function startLongwire(
  data: string,
  agents: readonly URL[] = [SPEAKER],
  settings: Pick<Served, 'blockedMs' | 'limits'> = {},
): Promise<Child> {
  const served: Served = { data, agents: agents.map((agent) => fileURLToPath(agent)), ...settings }
  return Child.start(new URL('../servers/longwire.ts', import.meta.url), [JSON.stringify(served)])
}

export function startLoad(): Promise<Child> {
  return Child.start(new URL('../load/load.ts', import.meta.url))
}

/** Clients whose lines are cut and come back. */
export function startReturning(): Promise<Child> {
  return Child.start(new URL('../load/returning-process.ts', import.meta.url))
}
