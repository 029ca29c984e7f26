import type { IncomingMessage } from 'node:http'
import type { HttpBindings } from '@hono/node-server'
import type { AgentDescription, AgentFault } from '@longwire/agent/internal'
import type { Limits } from '@longwire/protocol'
import type { Hono } from 'hono'
import type { Logger } from 'pino'
import type { Audit } from '../auth/audit.ts'
import type { HeldIdentities } from '../auth/held-identities.ts'
import type { Origins } from '../auth/origins.ts'
import type { TicketDesk, Tickets } from '../auth/tickets.ts'
import type { Identity, ReadBody } from '../auth/verifier.ts'
import type { Clock } from '../clock.ts'
import type { Cluster } from '../cluster/cluster.ts'
import type { LineFaults } from '../development/line-faults.ts'
import type { Quotas } from '../limits/quotas.ts'
import type { Metrics } from '../metrics.ts'
import type { OpenLine } from '../operator/lines.ts'
import type { Stats } from '../operator/stats.ts'
import type { Sessions } from '../session/sessions.ts'
import type { HttpLines } from '../wires/http-lines.ts'
import type { LineDesk } from '../wires/line-desk.ts'

/** What the HTTP doors need of the house. */
export interface DoorHouse {
  readonly sessions: Sessions
  readonly tickets: Tickets
  /** Where tickets of every node are shown. */
  readonly desk: TicketDesk
  readonly httpLines: HttpLines
  /** Where requests for lines of every node come. */
  readonly lineDesk: LineDesk
  readonly origins: Origins
  /** Who asks. Rejects with `unauthenticated` where nobody is known, and where the principal asks too often. */
  readonly identify: (request: IncomingMessage, body?: ReadBody) => Promise<Identity>
  readonly quotas: Quotas
  /** Ends the streams whose keys are revoked. */
  readonly identities: HeldIdentities
  readonly agents: () => readonly AgentDescription[]
  /** What went wrong in agents, for their author; nothing where nobody but the author may see it. */
  readonly faults: () => readonly AgentFault[]
  /** Tells the pages of a developer that something is another. */
  readonly changes: EventTarget | undefined
  /** The folder with the built console; none where this server has no console. */
  readonly console: string | undefined
  readonly limits: Limits
  readonly heartbeatMs: number
  readonly clock: Clock
  readonly log: Logger
  readonly metrics: Metrics
  readonly audit: Audit
  readonly stats: Stats
  /** Faults to order; only where nobody but a developer is on the other end. Then also the way to cut a line, or all. */
  readonly lineFaults?: LineFaults | undefined
  /** Refuses one more connection, stream or answer that lasts where there may be none. */
  readonly refuseMore: () => void
  readonly cut: (connection: string | undefined) => number
  /** Every line that is open now, over any wire. */
  readonly lines: () => OpenLine[]
  /** The streams among them. */
  readonly streams: Set<OpenLine>
  /** Streams and polls that are open, so that stopping can end them. */
  readonly open: Set<() => void>
  readonly isReady: () => boolean
  /** The other nodes, where there are any. */
  readonly cluster?: Cluster | undefined
  readonly version: string
}

export interface DoorEnv {
  Bindings: HttpBindings
  Variables: { identity: Identity }
}

export type Doors = Hono<DoorEnv>
