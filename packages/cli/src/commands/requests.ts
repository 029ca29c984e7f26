import { connect, type OpenRequest } from '@longwire/client'
import { timeLeft } from '../chat/request-lines.ts'
import type { Exit } from '../exit-codes.ts'
import { failureOf } from '../failure.ts'
import { clipped } from '../terminal/prose.ts'
import { type Terminal, write } from '../terminal/terminal.ts'

/** Lists the requests that wait for a person: of one session, or of all of one's own. */
export async function requests(
  session: string | undefined,
  { url, json }: { readonly url: string; readonly json?: boolean },
  terminal: Terminal,
): Promise<Exit> {
  const client = connect(url)
  try {
    let count = 0
    for await (const id of session === undefined ? waiting(client) : [session]) {
      for (const request of (await client.about(id)).requests) {
        count += 1
        write(terminal, json ? JSON.stringify({ session: id, ...request }) : row(id, request, terminal))
      }
    }
    if (count === 0 && !json) write(terminal, 'No request waits for an answer.')
    return 'ok'
  } catch (error) {
    throw failureOf(error, url)
  }
}

async function* waiting(client: ReturnType<typeof connect>): AsyncGenerator<string> {
  let cursor: string | undefined
  do {
    const page = await client.sessions({ status: 'waiting', ...(cursor === undefined ? {} : { cursor }) })
    yield* page.sessions.map((each) => each.session)
    cursor = page.cursor
  } while (cursor !== undefined)
}

function row(session: string, request: OpenRequest, { style, output }: Terminal): string {
  const left = timeLeft(request, Date.now())
  const about = clipped([request.kind, left].filter(Boolean).join(', '), 60)
  const message = clipped(request.message, Math.max(24, (output.columns ?? 120) - 4))
  return `${style.bold(session)} ${style.bold(request.request)}  ${style.dim(about)}\n  ${message}`
}
