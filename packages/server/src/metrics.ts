import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'

/** What is counted now, asked for when somebody reads the metrics. */
export interface Gauged {
  connections(): number
  attachments(): number
  sessions(): number
  turns(): number
}

export interface Metrics {
  turnEnded(outcome: string): void
  refused(code: string): void
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
  gauge('longwire_connections', 'WebSocket connections that are open', gauged.connections)
  gauge('longwire_attachments', 'Readers of sessions, over all wires', gauged.attachments)
  gauge('longwire_sessions', 'Sessions that are in memory', gauged.sessions)
  gauge('longwire_turns_running', 'Turns that run now', gauged.turns)
  return {
    turnEnded: (outcome) => turns.inc({ outcome }),
    refused: (code) => errors.inc({ code }),
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
}
