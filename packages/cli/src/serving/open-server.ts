import { accessSync, constants, existsSync, mkdirSync, opendirSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { AgentLoadError, sourceAt } from '@longwire/agent/internal'
import { createServer, type LongwireServer, ServerMisuse, type ServerOptions } from '@longwire/server'
import picocolors from 'picocolors'
import { CommandFailure } from '../exit-codes.ts'
import { consoleFolder } from './console-folder.ts'
import { sourceLines } from './fault-lines.ts'
import { type ClusterFlags, openCluster } from './open-cluster.ts'
import { openDatabase } from './open-database.ts'

const COLUMNS = 96
const PLAIN = picocolors.createColors(false)

export interface ServeOptions extends ClusterFlags {
  readonly files: readonly string[]
  readonly host: string
  readonly port: number
  readonly data: string
  readonly durability: 'process' | 'power'
  /** The address of the database that holds the log instead of `data`. */
  readonly store?: string
  /** The server is a container behind a platform that has recognised whoever asks. */
  readonly container?: boolean
  /** Names by which peers of other protocols call an agent. */
  readonly alias?: Readonly<Record<string, string>>
  /** Worker threads for each agent file. */
  readonly workers?: number
}

/** A server with these agents on this log, listening; or the named reason why there is none. */
export async function openServer(
  options: Omit<ServeOptions, 'files'>,
  more: Partial<ServerOptions> & Pick<ServerOptions, 'agents'>,
): Promise<LongwireServer> {
  const { store: url, bus, node, alias: agentAliases = {}, ...folder } = options
  if (url === undefined && bus !== undefined) {
    throw new CommandFailure('usage', 'a bus is for nodes that share a store: give --store as well')
  }
  if (url === undefined) requireWritable(options.data)
  try {
    const auth = { ...more.auth, keyFolder: options.data }
    const common = { console: consoleFolder(), agentAliases, ...folder, ...more, auth }
    if (url === undefined) return await createServer({ ...common, data: options.data })
    const store = await openDatabase(url, more.log)
    const cluster = await openCluster({ bus, node } as ClusterFlags, store, more.log).catch(async (error) => {
      await store.close()
      throw error
    })
    return await createServer({ ...common, data: store, ...(cluster ? { cluster } : {}) })
  } catch (error) {
    throw failureToServe(error, options)
  }
}

const AGENT_PLACES = ['agent.ts', 'agent.mts', 'agent.js', 'agent.mjs', 'agents']

/** What to serve: what was named, else what is found in this folder. */
export function agentPaths(named: readonly string[]): readonly string[] {
  const missing = named.find((path) => !existsSync(path))
  if (missing !== undefined)
    throw new CommandFailure('agent_unloadable', `there is no file or folder ${resolve(missing)}`)
  if (named.length > 0) return named
  const found = AGENT_PLACES.filter((place) => existsSync(place)).slice(0, 1)
  if (found.length > 0) return found
  throw new CommandFailure(
    'no_agents',
    'there is no agent here: no agent.ts and no folder agents/',
    'Name a file or a folder: longwire serve path/to/agent.ts',
  )
}

function requireWritable(data: string): void {
  try {
    makeFolder(resolve(data))
    opendirSync(data).closeSync()
    accessSync(data, constants.W_OK | constants.X_OK)
  } catch (cause) {
    const why = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    const hint = 'Name another one with --data DIR.'
    throw new CommandFailure('data_unusable', `cannot write to the data directory ${resolve(data)} (${why})`, hint, {
      cause,
    })
  }
}

// Not `recursive`: where the kernel says ENOENT to everything, as below /proc, Node then tries for ever.
function makeFolder(path: string): void {
  if (existsSync(path)) return
  makeFolder(dirname(path))
  mkdirSync(path)
}

function failureToServe(error: unknown, { host, port, data }: Omit<ServeOptions, 'files'>): unknown {
  if (error instanceof AgentLoadError) return agentFailure(error)
  if (error instanceof ServerMisuse) {
    const hint =
      'Serve on 127.0.0.1, or say who may enter with --auth: sigv4, jwt, ticket, key, or several with commas.'
    return new CommandFailure('unsafe_host', error.message, hint, { cause: error })
  }
  const { code, fault, message } = error as { code?: string; fault?: string; message: string }
  if (fault === 'locked') {
    const hint = 'Stop it, or name another directory with --data DIR.'
    return new CommandFailure('data_in_use', `another server runs on ${resolve(data)}: ${message}`, hint, {
      cause: error,
    })
  }
  if (fault !== undefined) return new CommandFailure('data_unusable', message, undefined, { cause: error })
  const at = `${host}:${port}`
  if (code === 'EADDRINUSE') {
    const hint = `Stop it, or take another port: --port ${port + 1} (0 takes any that is free).`
    return new CommandFailure('port_in_use', `another process listens on ${at}`, hint, { cause: error })
  }
  if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') {
    return new CommandFailure('failed', `cannot listen on ${at}: ${message}`, undefined, { cause: error })
  }
  return error
}

/** An agent that does not load, with the line that keeps it from it and the code around that. */
export function agentFailure(error: AgentLoadError): CommandFailure {
  const [, path, line] = /^(.*):(\d+)$/.exec(error.where ?? '') ?? []
  const place = path === undefined ? undefined : sourceAt(path, Number(line))
  const source = place ? `\n\n${sourceLines(place, COLUMNS, PLAIN).join('\n')}` : ''
  const where = error.where ? `\n  at ${error.where}` : ''
  const message = `cannot load agents from ${error.file}\n  ${error.reason}${where}${source}`
  return new CommandFailure('agent_unloadable', message, undefined, { cause: error })
}
