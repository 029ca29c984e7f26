import type { Limits } from '@longwire/protocol'
import type { Exit } from '../exit-codes.ts'
import { readAccess } from '../serving/access-file.ts'
import { type AuthFlags, authOptionsOf } from '../serving/auth-options.ts'
import { agentPaths, openServer, type ServeOptions } from '../serving/open-server.ts'
import { serverLog } from '../serving/server-log.ts'
import { shownAddress, startNotice } from '../serving/start-notice.ts'
import { StopRequest, sayStopping } from '../serving/stop-request.ts'
import { type Terminal, write } from '../terminal/terminal.ts'

export interface ServeCommandOptions extends Omit<ServeOptions, 'files'>, AuthFlags {
  readonly quiet?: boolean
  readonly json?: boolean
  readonly limit?: Partial<Limits>
}

/** Serves agents until somebody stops it. */
export async function serve(named: readonly string[], options: ServeCommandOptions, terminal: Terminal): Promise<Exit> {
  const { quiet, json, ...rest } = options
  const entering = { ...authOptionsOf(options, readAccess), ...(options.limit ? { limits: options.limit } : {}) }
  const serving = { ...rest, files: agentPaths(named) }
  const stop = new StopRequest(terminal)
  const server = await openServer(rest, { agents: serving.files, ...serverLog(terminal, json === true), ...entering })
  if (json) write(terminal, JSON.stringify(started(server, serving)))
  else if (!quiet)
    for (const line of startNotice(server, serving, columnsOf(terminal), terminal.style)) write(terminal, line)
  await stop.asked
  if (!quiet && !json) sayStopping(terminal)
  const isDone = await stop.allow(server.stop())
  stop.forget()
  return isDone ? 'ok' : 'interrupted'
}

function started(server: Awaited<ReturnType<typeof openServer>>, { data, durability, store }: ServeOptions) {
  const { url, agents, recovered } = server
  return {
    event: 'listening',
    url,
    ...(store === undefined ? { data, durability } : { store: shownAddress(store) }),
    recovered,
    agents: agents.map(({ name, model }) => ({ name, model })),
  }
}

function columnsOf({ output }: Terminal): number {
  return Math.min(100, output.columns ?? 80)
}
