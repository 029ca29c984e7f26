import { connect, type SessionInfo } from '@longwire/client'
import type { SessionStatus } from '@longwire/protocol'
import type { Exit } from '../exit-codes.ts'
import { failureOf } from '../failure.ts'
import { clipped } from '../terminal/prose.ts'
import type { Style, Terminal } from '../terminal/terminal.ts'
import { write } from '../terminal/terminal.ts'

export interface SessionsOptions {
  readonly url: string
  readonly agent?: string
  readonly status?: SessionStatus
  readonly q?: string | undefined
  readonly all?: boolean
  readonly json?: boolean
}

/** Lists one's own sessions, newest first: one page, or all of them. */
export async function sessions(
  { url, json, all, agent, status, q }: SessionsOptions,
  terminal: Terminal,
): Promise<Exit> {
  const client = connect(url)
  try {
    const query = { ...(agent && { agent }), ...(status && { status }), ...(q && { q }) }
    let cursor: string | undefined
    let count = 0
    do {
      const page = await client.sessions({ ...query, ...(cursor === undefined ? {} : { cursor }) })
      const width = Math.max(8, ...page.sessions.map(({ session }) => session.length))
      for (const session of page.sessions) {
        write(terminal, json ? JSON.stringify(session) : row(session, width, Date.now(), terminal.style))
      }
      count += page.sessions.length
      cursor = page.cursor
    } while (all && cursor !== undefined)
    if (count === 0 && !json) write(terminal, 'No sessions yet. Begin one with "longwire chat".')
    if (cursor !== undefined && !json) write(terminal, terminal.style.dim('… there are more: --all'))
    return 'ok'
  } catch (error) {
    throw failureOf(error, url)
  }
}

function row(
  { session, agent, status, head, metadata, summary, updatedAt }: SessionInfo,
  width: number,
  now: number,
  style: Style,
): string {
  const shown = status === 'running' ? style.green : status === 'waiting' ? style.yellow : style.dim
  const when = style.dim(`${ago(now - updatedAt)} ago`.padEnd(12))
  const about = typeof metadata.title === 'string' ? metadata.title : (summary ?? '')
  const count = style.dim(`${head} commits`)
  return `${style.bold(session.padEnd(width))}  ${shown(status.padEnd(8))}  ${when}  ${agent}  ${count}  ${clipped(about, 60)}`.trimEnd()
}

function ago(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}
