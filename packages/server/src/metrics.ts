import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** What is counted now, asked for when somebody reads the metrics. */
export interface Gauged {
  connections(): number
  attachments(): number
  sessions(): number
  turns(): number
  heldRefusals(): number
}

/** What happened since the server started. */
export interface Counts {
  /** Commits and drafts, each once, however many readers got it. */
  events: number
  commits: number
  turns: number
  readonly errors: Map<string, number>
}

export interface Metrics {
  readonly counts: Counts
  turnEnded(outcome: string): void
  /** Something was refused, because of a bound where one is named. */
  refused(code: string, limit?: string): void
  credentialRefused(verifier: string): void
  /** A bound was reached of which nobody can be told. */
  limitReached(limit: string): void
  /** The Prometheus text format, and its content type. */
  text(): Promise<{ readonly body: string; readonly contentType: string }>
}

/** The counters of one server, in a registry of their own. */
export function createMetrics(gauged: Gauged): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  const turns = new Counter({
    name: 'longwire_turns_total',
    help: 'Turns that ended, by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const errors = new Counter({
    name: 'longwire_errors_total',
    help: 'Commands and requests that were refused, by code',
    labelNames: ['code'],
    registers,
  })
  const reached = new Counter({
    name: 'longwire_limits_reached_total',
    help: 'Refusals and endings because of a bound, by its name',
    labelNames: ['limit'],
    registers,
  })
  const credentials = new Counter({
    name: 'longwire_credentials_refused_total',
    help: 'Credentials that were shown and were no good, by verifier',
    labelNames: ['verifier'],
    registers,
  })
  gauge('longwire_connections', 'WebSocket connections that are open', gauged.connections)
  gauge('longwire_attachments', 'Readers of sessions, over all wires', gauged.attachments)
  gauge('longwire_sessions', 'Sessions that are in memory', gauged.sessions)
  gauge('longwire_turns_running', 'Turns that run now', gauged.turns)
  gauge('longwire_refusals_held', 'Refused credentials whose answer waits', gauged.heldRefusals)
  const counts: Counts = { events: 0, commits: 0, turns: 0, errors: new Map() }
  total('longwire_events_total', 'Events of all sessions, commits among them', () => counts.events)
  total('longwire_commits_total', 'Commits of all sessions', () => counts.commits)
  return {
    counts,
    turnEnded: (outcome) => {
      counts.turns += 1
      turns.inc({ outcome })
    },
    refused: (code, limit) => {
      if (limit !== undefined) reached.inc({ limit })
      counts.errors.set(code, (counts.errors.get(code) ?? 0) + 1)
      errors.inc({ code })
    },
    limitReached: (limit) => reached.inc({ limit }),
    credentialRefused: (verifier) => credentials.inc({ verifier }),
    text: async () => ({ body: await registry.metrics(), contentType: registry.contentType }),
  }

  function gauge(name: string, help: string, now: () => number): void {
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(now())
      },
    })
  }

  function total(name: string, help: string, now: () => number): void {
    new Counter({
      name,
      help,
      registers,
      collect() {
        this.reset()
        this.inc(now())
      },
    })
  }
}
