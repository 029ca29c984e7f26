import { createServer, type ServerOptions, type Verifier } from '@longwire/server'
import { answering, VITALS } from '../process/answering.ts'
import { sharedClock } from './speech.ts'

// Our server as it is served: the worker host, the SQLite log on a disk, and no setting that a user would not have.

/** What this process is told when it is started. */
export interface Served {
  readonly data: string
  /** Files of agents. */
  readonly agents: readonly string[]
  /** The server's default unless given. */
  readonly blockedMs?: number | undefined
  /** The server's own unless given. */
  readonly limits?: ServerOptions['limits']
}

const { data, agents, blockedMs, limits } = JSON.parse(process.argv[2]!) as Served
/** Whoever says so is another principal than all others, who would be one. */
const byWord: Verifier = {
  name: 'word',
  verify: async ({ headers }) => ({
    principal: headers['x-bench-as'] === undefined ? 'local' : String(headers['x-bench-as']),
    sees: { trace: 'debug', reasoning: true },
  }),
}

const server = await createServer({
  verifiers: [byWord],
  agents,
  data,
  durability: 'process',
  port: 0,
  ...(blockedMs === undefined ? {} : { blockedMs }),
  ...(limits === undefined ? {} : { limits }),
})
const readyAt = sharedClock()

answering({
  ...VITALS,
  port: () => Number(new URL(server.url).port),
  /** The moment at which it was ready, on the clock that all processes share. */
  readyAt: () => readyAt,
  stop: () => server.stop(100),
})
