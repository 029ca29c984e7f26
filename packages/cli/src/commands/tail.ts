import { connect } from '@longwire/client'
import { type Level, parsePlace } from '@longwire/protocol'
import { lostLine } from '../chat/status-line.ts'
import { CommandFailure, type Exit } from '../exit-codes.ts'
import { failureOf } from '../failure.ts'
import { eventLine } from '../tail/event-line.ts'
import { type Terminal, warn, write } from '../terminal/terminal.ts'

export interface TailOptions {
  readonly url: string
  readonly after: string
  readonly trace: Level
  readonly json?: boolean
}

/** Prints a session's events, those that were and those that come, until it is closed or the person stops it. */
export async function tail(id: string, options: TailOptions, terminal: Terminal): Promise<Exit> {
  const { url, after, trace, json } = options
  if (!parsePlace(after))
    throw new CommandFailure('usage', `--after ${after} is not a place`, 'A place is "17", or "17.3".')
  const client = connect(url)
  try {
    await client.about(id)
    const session = client.session(id, { after, trace })
    client.subscribe(() => {
      const lost = client.state.kind === 'waiting' ? lostLine(client.state, client.state.until) : undefined
      if (lost) warn(terminal, lost)
    })
    let exit: Exit = 'ok'
    terminal.onStop(() => {
      exit = 'interrupted'
      session.detach()
    })
    for await (const event of session.events()) {
      const line = json ? JSON.stringify(event) : eventLine(event, terminal.output.columns ?? 160, terminal.style)
      write(terminal, line)
      if (event.type === 'session.closed') break
    }
    return exit
  } catch (error) {
    throw failureOf(error, url)
  } finally {
    client.close()
  }
}
