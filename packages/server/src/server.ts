import type { Server as HttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import {
  type AgentDescription,
  type AgentHost,
  type AgentLog,
  agentEnv,
  findAgents,
  WorkerHost,
} from '@longwire/agent/internal'
import { MemoryStore, type SessionStore } from '@longwire/store'
import { SqliteStore } from '@longwire/store-sqlite'
import { Brake } from './auth/brake.ts'
import { Gate } from './auth/gate.ts'
import { HeldIdentities } from './auth/held-identities.ts'
import { type MintedTicket, OWNER, type TicketGrant, Tickets, ticketVerifier } from './auth/tickets.ts'
import { aheadBy } from './clock.ts'
import { joinCluster } from './cluster/join-cluster.ts'
import { Connections, refuseUpgrade } from './connections.ts'
import { LineFaults } from './development/line-faults.ts'
import type { DialectHouse } from './dialects/dialect.ts'
import { dialectLine } from './dialects/dialects.ts'
import { createDoors } from './http/create-doors.ts'
import { createListener } from './http/listener.ts'
import { secure } from './http/security-headers.ts'
import { Quotas } from './limits/quotas.ts'
import { createMetrics } from './metrics.ts'
import { mountHouse } from './mounts/mount-house.ts'
import type { OpenLine } from './operator/lines.ts'
import { Stats } from './operator/stats.ts'
import { type ResolvedOptions, resolveOptions, type ServerOptions } from './options.ts'
import { Refusal } from './refusal.ts'
import { Sessions } from './session/sessions.ts'
import { VERSION } from './version.ts'
import { mendHandshake } from './wires/handshake.ts'
import { HttpLines } from './wires/http-lines.ts'
import { serveHttp2 } from './wires/http2.ts'

/** A server that is listening. */
export interface LongwireServer {
  /** Where it listens: "http://127.0.0.1:8787". */
  readonly url: string
  readonly agents: readonly AgentDescription[]
  /** Sessions that an earlier process had left in mid-turn and this one has mended. */
  readonly recovered: number
  /** Makes tickets, as `POST /v1/tickets` does: for any principal, since whoever has the server in hand may do everything. */
  readonly tickets: { mint(grant: TicketGrant & { readonly principal: string }): MintedTicket }
  /**
   * Says goodbye to every client, lets running turns end until the deadline (milliseconds), rolls back what is left, and
   * closes the log. Safe to call twice.
   */
  stop(deadlineMs?: number): Promise<void>
}

const STOP_DEADLINE_MS = 10_000
const GOAWAY_SPREAD_MS = 2_000
const CLOSE_GRACE_MS = 1_000

/** Opens the log, loads the agents, mends what was cut, and listens. Rejects, with everything closed again, where one of these fails. */
export async function createServer(options: ServerOptions): Promise<LongwireServer> {
  const resolved = resolveOptions(options)
  const store = await openStore(resolved)
  let agents: AgentHost | undefined
  try {
    agents = await openAgents(resolved)
    return await listen(resolved, store, agents)
  } catch (error) {
    await agents?.close()
    await store.close()
    throw error
  }
}

async function listen(options: ResolvedOptions, store: SessionStore, agents: AgentHost): Promise<LongwireServer> {
  const { clock: ownClock, limits, log, heartbeatMs, host, port, proxies, origins, audit, tls } = options
  const cluster = await joinCluster(options, store, () =>
    connections.sendAway('cut off from the log', GOAWAY_SPREAD_MS),
  )
  // All nodes go by the store's time: what is due, and when it was said, does not hang on whose clock it is.
  const clock = cluster ? aheadBy(ownClock, () => cluster.life.offsetMs) : ownClock
  let isReady = false
  const gauged = {
    connections: () => connections.size,
    attachments: () => connections.attachments + open.size,
    sessions: () => sessions.size,
    turns: () => sessions.runningTurns,
    heldRefusals: () => brake.held,
  }
  const metrics = createMetrics(gauged)
  const { counts, refused } = metrics
  const describeAgent = (name: string) => agents.agents().find((agent) => agent.name === name)
  const onTurnEnd = metrics.turnEnded
  const sessions = new Sessions({
    audit,
    store,
    agents,
    describeAgent,
    limits,
    clock,
    log,
    counts,
    onTurnEnd,
    cluster,
    node: cluster?.node,
    aheadMs: cluster && (() => cluster.life.offsetMs),
  })
  const tickets = new Tickets(clock, cluster?.node)
  // A ticket that is shown decides, whoever else would know the request.
  const desk = cluster ? cluster.deskOf(tickets) : tickets
  const verifiers = [ticketVerifier(desk), ...options.verifiers]
  const brake = new Brake(clock, limits)
  const gate = new Gate({ verifiers, proxies, brake, audit, onRefused: metrics.credentialRefused })
  const identities = new HeldIdentities(gate, log)
  const quotas = new Quotas(limits, clock.now())
  const identify: DialectHouse['identify'] = async (request, body) => {
    const identity = await gate.known(request, body)
    quotas.takeFrame(identity.principal, Number(request.headers['content-length'] ?? 0) || 0, clock.now())
    return identity
  }
  const redeem = (ticket: string, line: string) => gate.redeem(ticket, line)
  const lineFaults = isForItsDeveloper(options) ? new LineFaults(clock) : undefined
  const connectionHouse = { lineFaults, sessions, limits, heartbeatMs, clock, log, redeem, identities, refused, quotas }
  const open = new Set<() => void>()
  const connections = new Connections(connectionHouse, { gate, origins, others: () => open.size })
  const httpLines = new HttpLines(connectionHouse, connections, cluster?.node)
  const lineDesk = cluster ? cluster.lineDeskOf(httpLines) : httpLines
  const streams = new Set<OpenLine>()
  const bufferedBytes = () => [...streams].reduce((sum, line) => sum + line.bufferedBytes, connections.bufferedBytes)
  const stats = new Stats({ ...gauged, clock, counts, bufferedBytes })
  const house: DialectHouse = {
    sessions,
    tickets,
    desk,
    httpLines,
    lineDesk,
    origins,
    identities,
    agents: () => agents.agents(),
    agentAliases: options.agentAliases,
    faults: () => (options.showsFaults ? (agents.faults ?? []) : []),
    changes: options.changes,
    console: options.console,
    limits,
    heartbeatMs,
    clock,
    log,
    metrics,
    audit,
    stats,
    lines: () => [...connections.lines, ...streams],
    streams,
    open,
    isReady: () => isReady && !cluster?.life.isCut,
    cluster,
    version: VERSION,
    lineFaults,
    cut: (connection) => connections.cut(connection),
    refuseMore: () => connections.refuseMore(),
    redeem,
    refused,
    identify,
    quotas,
  }
  const doors = createDoors(house)
  const answerRequest = getRequestListener(doors.fetch, { overrideGlobalObjects: false })
  const http = createListener(
    { headersTimeout: limits.handshakeMs, requestTimeout: 4 * limits.handshakeMs, connectionsCheckingInterval: 1_000 },
    tls,
    log,
    answerRequest,
    () => metrics.limitReached('handshakeMs'),
  )
  const http2 = serveHttp2(http, (request, response) => {
    secure(response as never)
    return answerRequest(request as never, response as never)
  })
  const { mounts = [] } = options
  const unmounts = mounts.map((mount) => mount.mount(mountHouse(http, house)))
  // Ahead of the mounts, which answer for themselves.
  http.prependListener('request', (_, response) => secure(response))
  http.on('upgrade', (request, stream, head) => {
    if (mounts.some(({ path }) => request.url?.startsWith(path))) return
    mendHandshake(request)
    const path = request.url?.split('?', 1)[0]
    const line = path === '/v1/socket' ? undefined : dialectLine(request, house)
    if (line || path === '/v1/socket') void connections.upgrade(request, stream, head, line)
    else refuseUpgrade(stream, new Refusal('not_found', 'the WebSocket is at /v1/socket'))
  })
  let recovered: number
  try {
    // The port first: a server that cannot be reached mends nothing, and begins no turn.
    await listening(http, host, port)
    recovered = await sessions.recover()
    await cluster?.start(sessions)
  } catch (error) {
    await close(0)
    throw error
  }
  const url = urlOf(http, host, tls !== undefined)
  isReady = true
  log.info({ url, recovered }, 'listening')

  let stopped: Promise<void> | undefined
  return {
    url,
    recovered,
    get agents() {
      return agents.agents()
    },
    tickets: { mint: (grant) => tickets.mint(OWNER, grant) },
    stop: (deadlineMs = STOP_DEADLINE_MS) => {
      stopped ??= stop(deadlineMs)
      return stopped
    },
  }

  async function stop(deadlineMs: number): Promise<void> {
    isReady = false
    log.info({ deadlineMs }, 'stopping')
    await cluster?.leaving()
    connections.goAway('stopping', GOAWAY_SPREAD_MS)
    await close(deadlineMs)
    await agents.close()
    await store.close()
    log.info('stopped')
  }

  /** Ends what runs, and lets go of every line and of the port. */
  async function close(deadlineMs: number): Promise<void> {
    stats.close()
    await sessions.stop(deadlineMs)
    for (const end of open) end()
    http2.close()
    await Promise.all(unmounts.map((unmount) => unmount()))
    identities.close()
    await connections.close(CLOSE_GRACE_MS)
    await closing(http, CLOSE_GRACE_MS)
    await cluster?.stop()
  }
}

/** Nobody else is let in, and the developer wants to see what goes wrong. */
function isForItsDeveloper({ showsFaults = false, verifiers }: ResolvedOptions): boolean {
  return showsFaults && verifiers.every(({ name }) => name === 'development')
}

async function openStore({ data, durability }: ResolvedOptions): Promise<SessionStore> {
  if (data === undefined) return new MemoryStore()
  return typeof data === 'string' ? SqliteStore.open({ directory: data, durability }) : data
}

async function openAgents(options: ResolvedOptions): Promise<AgentHost> {
  const { agents, workers, blockedMs, workerMemoryMb: memoryMb, log } = options
  if (!isListOfFiles(agents)) return agents
  const onLine =
    options.onAgentOutput ?? ((line: AgentLog) => log.info({ file: line.file, from: line.from }, line.text))
  const files = await findAgents(agents)
  return WorkerHost.open({ files, workers, blockedMs, memoryMb, log: onLine, env: agentEnv(folderOf(options)) })
}

/** The folder for what has to outlive this process, where there is one. */
function folderOf({ data, auth }: ResolvedOptions): string | undefined {
  return typeof data === 'string' ? data : auth?.keyFolder
}

function isListOfFiles(agents: ServerOptions['agents']): agents is readonly string[] {
  return Array.isArray(agents)
}

function listening(http: HttpServer, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    http.once('error', reject)
    http.listen(port, host, () => {
      http.off('error', reject)
      resolve()
    })
  })
}

/** Lets answers that are under way leave, and cuts what is left after `graceMs`. */
async function closing(http: HttpServer, graceMs: number): Promise<void> {
  const closed = new Promise((resolve) => http.close(resolve))
  const letGo = setInterval(() => http.closeIdleConnections(), 20)
  const cut = setTimeout(() => http.closeAllConnections(), graceMs)
  await closed
  clearInterval(letGo)
  clearTimeout(cut)
}

function urlOf(http: HttpServer, host: string, isSecure: boolean): string {
  const { port } = http.address() as AddressInfo
  return `${isSecure ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${port}`
}
