import type { AgentHost, AgentLog } from '@longwire/agent/internal'
import { LIMITS, type Limits } from '@longwire/protocol'
import type { Bus, SessionStore } from '@longwire/store'
import { type Logger, pino } from 'pino'
import { type Audit, auditTo } from './auth/audit.ts'
import { type AuthSettings, verifiersOf } from './auth/auth-settings.ts'
import { developmentVerifier } from './auth/development-verifier.ts'
import { Origins } from './auth/origins.ts'
import { Proxies } from './auth/proxies.ts'
import { isLoopback, type Verifier } from './auth/verifier.ts'
import { type Clock, SYSTEM_CLOCK } from './clock.ts'
import { CLUSTER_TIMES, type ClusterTimes } from './cluster/cluster.ts'
import { platformVerifier } from './dialects/dialects.ts'
import type { TlsFiles } from './http/listener.ts'
import type { Mount } from './mounts/mount.ts'

/** This server as one of several that share a store. */
export interface ClusterOptions {
  /** Carries what is live between the nodes; a bus of this process alone where there is only one. */
  readonly bus: Bus
  /** What operators call this node; the same after a restart. The name of the machine and the port unless given. */
  readonly name?: string
  readonly times?: Partial<ClusterTimes>
}

export interface ServerOptions {
  /** Files and folders with agents, or a host that runs them already. */
  readonly agents: readonly string[] | AgentHost
  /** `127.0.0.1` unless given. Anything but loopback needs a verifier. */
  readonly host?: string
  /** 8787 unless given; 0 for any that is free. */
  readonly port?: number
  /** The folder that holds the session log, or a store that is open already. In memory where it is left out. */
  readonly data?: string | SessionStore
  /**
   * What the log survives: the death of the process, which is the default on loopback without verifiers and where `NODE_ENV` is
   * not `production`, or the loss of power as well, which is the default otherwise.
   */
  readonly durability?: 'process' | 'power'
  /** Who may enter, asked in order. On loopback, without any: everybody on this machine is one principal. */
  readonly verifiers?: readonly Verifier[]
  /**
   * Names by which peers of other protocols call an agent, and the agent they mean. Without one, a name is looked for among
   * the agents; and where one agent is served, every name means that one.
   */
  readonly agentAliases?: Readonly<Record<string, string>>
  /**
   * The server stands behind a platform that lets nobody through whom it has not recognised, and that says for whom it asks:
   * it is believed at the doors of such a container, and the others stay shut to it. Listens on 0.0.0.0, port 8080, unless
   * told otherwise.
   */
  readonly container?: boolean
  /** Other ways in on the same port, for clients that speak none of what the server speaks. */
  readonly mounts?: readonly Mount[]
  /** Verifiers that come with the server, asked after `verifiers`, and what roles may see. */
  readonly auth?: AuthSettings
  /** Origins of pages that may use this server beside its own: `https://app.example.com`. */
  readonly origins?: readonly string[]
  /** Proxies that are believed, as addresses or networks: what they say of a request's way is taken as true. */
  readonly trustedProxies?: readonly string[]
  /** Listens with TLS. The files are read again when they change. */
  readonly tls?: TlsFiles
  /** Where handshakes, approvals and refusals are written down; marked in `log` unless given. */
  readonly audit?: Logger
  readonly limits?: Partial<Limits>
  /** Milliseconds of silence after which the server says `heartbeat`: 15,000 unless given. */
  readonly heartbeatMs?: number
  readonly log?: Logger
  readonly clock?: Clock
  /** Workers for each agent file: 1 unless given. */
  readonly workers?: number
  /** How long an agent may hold its worker without yielding before the worker is replaced, in milliseconds. */
  readonly blockedMs?: number
  /** Memory of one agent worker, in MiB. */
  readonly workerMemoryMb?: number
  /** With other nodes that share the store, which `data` has to be: one with claims. */
  readonly cluster?: ClusterOptions
  /**
   * Shows on the page at `/` what went wrong in agents, with lines of their source: for an author's own machine. False
   * unless given.
   */
  readonly showsFaults?: boolean
  /** Dispatches `change` when agents or the console are another: pages that are open load themselves again. For development. */
  readonly changes?: EventTarget | undefined
  /** The folder with the built web console, served at `/`. A plain page is there unless given. */
  readonly console?: string | undefined
  /** What agents print and what happens to their workers, a line at a time; it goes to `log` unless given. */
  readonly onAgentOutput?: (line: AgentLog) => void
}

export interface ResolvedOptions extends Omit<ServerOptions, 'limits' | 'cluster' | 'origins' | 'audit'> {
  readonly cluster: (ClusterOptions & { readonly times: ClusterTimes }) | undefined
  readonly host: string
  readonly port: number
  readonly durability: 'process' | 'power'
  readonly verifiers: readonly Verifier[]
  readonly proxies: Proxies
  readonly origins: Origins
  readonly audit: Audit
  readonly agentAliases: Readonly<Record<string, string>>
  readonly limits: Limits
  readonly heartbeatMs: number
  readonly log: Logger
  readonly clock: Clock
}

/** A server that would let strangers in, or cannot be what was asked for: said before it listens. */
export class ServerMisuse extends Error {
  override readonly name = 'ServerMisuse'
}

export function resolveOptions(options: ServerOptions): ResolvedOptions {
  const { container = false } = options
  const host = options.host ?? (container ? '0.0.0.0' : '127.0.0.1')
  const isOpen = !isLoopback(host)
  const { verifiers: own = [], auth = {} } = options
  const isGuarded = own.length > 0 || (auth.use ?? []).length > 0
  if (isOpen && !isGuarded && !container) {
    throw new ServerMisuse(
      `cannot listen on ${host}: it is reachable from other machines, and nothing says who may enter. ` +
        'Listen on 127.0.0.1, or give a verifier.',
    )
  }
  if (isOpen && auth.use?.includes('dev')) {
    throw new ServerMisuse(`cannot listen on ${host} with the verifier dev: it is for this machine alone.`)
  }
  const isDevelopment = !isOpen && !isGuarded && !container && process.env.NODE_ENV !== 'production'
  const clock = options.clock ?? SYSTEM_CLOCK
  const log = options.log ?? pino({ level: 'silent' })
  const data = typeof options.data === 'string' ? options.data : auth.keyFolder
  return orMisuse(() => {
    const proxies = new Proxies(options.trustedProxies)
    const origins = new Origins(options.origins ?? [], proxies)
    const unguarded = container ? [platformVerifier] : [developmentVerifier(origins)]
    const chosen = isGuarded ? verifiersOf(auth, { data, clock, log, origins }) : unguarded
    return {
      ...options,
      host,
      port: options.port ?? (container ? 8080 : 8787),
      durability: options.durability ?? (isDevelopment ? 'process' : 'power'),
      verifiers: [...own, ...chosen],
      proxies,
      origins,
      audit: auditTo(options.audit ?? log),
      agentAliases: options.agentAliases ?? {},
      limits: { ...LIMITS, ...options.limits },
      cluster: options.cluster && { ...options.cluster, times: { ...CLUSTER_TIMES, ...options.cluster.times } },
      heartbeatMs: options.heartbeatMs ?? 15_000,
      log,
      clock,
    }
  })
}

/** What the settings cannot be is said as a sentence, before anything listens. */
function orMisuse<T>(resolve: () => T): T {
  try {
    return resolve()
  } catch (error) {
    throw new ServerMisuse((error as Error).message, { cause: error })
  }
}
