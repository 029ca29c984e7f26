import { InProcessHost } from '@longwire/agent/internal'
import { type Client, type ConnectOptions, connect, type LinkState, type Session } from '@longwire/client'
import type { Commit, SessionEvent } from '@longwire/protocol'
import { createServer, type LongwireServer, type ServerOptions } from '@longwire/server'
import { emptyView, foldAll, type SessionView } from '@longwire/view'
import { afterEach } from 'vitest'
import { teller } from './teller.ts'

/** A clock that goes as it does, and on which a client waits a short while for what it would wait for long. */
export const IMPATIENT: NonNullable<ConnectOptions['clock']> = {
  now: () => Date.now(),
  after(ms, then) {
    const timer = setTimeout(then, ms > 1_000 ? ms / 25 : ms)
    return () => clearTimeout(timer)
  },
}

const leftovers: (() => unknown)[] = []
afterEach(async () => {
  for (const tidy of leftovers.splice(0).reverse()) await tidy()
})

/** Does this when the test is over, last things first. */
export function afterwards(tidy: () => unknown): void {
  leftovers.push(tidy)
}

export async function served(options: Partial<ServerOptions> = {}): Promise<LongwireServer> {
  const agents = await InProcessHost.open([teller])
  const server = await createServer({ agents, port: 0, ...options })
  afterwards(() => server.stop(0))
  return server
}

export function clientOf(url: string, options: ConnectOptions = {}): Client {
  const client = connect(url, options)
  afterwards(() => client.close())
  return client
}

/** The log of the session, as the server has it, folded. */
export async function foldOfLog(url: string, session: string): Promise<SessionView> {
  return foldAll(emptyView(), (await logOf(url, session)) as SessionEvent[])
}

export async function logOf(url: string, session: string): Promise<readonly Commit[]> {
  const response = await fetch(`${url}/v1/sessions/${session}/events?after=0&replay=all`, {
    headers: { accept: 'application/json' },
  })
  const { events } = (await response.json()) as { events: Commit[] }
  return events
}

export function until({ subscribe }: Pick<Session, 'subscribe'>, isSo: () => boolean): Promise<void> {
  return becomes(subscribe, isSo)
}

export function online(client: Client, wire: Extract<LinkState, { kind: 'online' }>['wire']): Promise<void> {
  return becomes(client.subscribe, () => client.state.kind === 'online' && client.state.wire === wire)
}

function becomes(subscribe: (changed: () => void) => () => void, isSo: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!isSo()) return
      stop()
      resolve()
    }
    const stop = subscribe(check)
    check()
  })
}
