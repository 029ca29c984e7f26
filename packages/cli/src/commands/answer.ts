import { type Client, connect, type OpenRequest, type RequestAnswer } from '@longwire/client'
import type { Json } from '@longwire/protocol'
import { CommandFailure, type Exit } from '../exit-codes.ts'
import { failureOf } from '../failure.ts'
import { type Terminal, warn } from '../terminal/terminal.ts'

export interface AnswerOptions {
  readonly url: string
  readonly approve?: boolean
  readonly deny?: boolean
  readonly decline?: boolean
  readonly cancel?: boolean
  readonly content?: Json
  readonly input?: Json
  readonly reason?: string
}

/** Answers a request of an agent. The first answer wins. */
export async function answer(
  session: string,
  request: string | undefined,
  options: AnswerOptions,
  terminal: Terminal,
): Promise<Exit> {
  const client = connect(options.url)
  try {
    const given = answerOf(options)
    const { requests } = await client.about(session)
    const asked = chosen(session, requests, request)
    await answered(client, session, asked, given)
    warn(terminal, `answered ${asked}`)
    return 'ok'
  } catch (error) {
    throw failureOf(error, options.url)
  } finally {
    client.close()
  }
}

/** The request that is meant. One that is not open is asked for all the same: the server says what became of it. */
function chosen(session: string, open: readonly OpenRequest[], named: string | undefined): string {
  if (named !== undefined) return named
  const [only, ...more] = open
  if (only && more.length === 0) return only.request
  if (!only) throw new CommandFailure('not_found', `session ${session} has no open request`)
  const ids = open.map(({ request }) => request).join(', ')
  throw new CommandFailure('usage', `session ${session} has several open requests: ${ids}`, 'Say which one is meant.')
}

async function answered(client: Client, id: string, request: string, given: RequestAnswer): Promise<void> {
  const session = await client.session(id).ready
  await session.answer(request, given)
  session.detach()
}

function answerOf({ approve, deny, decline, cancel, content, input, reason }: AnswerOptions): RequestAnswer {
  const said = Object.entries({ approve, deny, decline, cancel, content }).filter(([, value]) => value !== undefined)
  if (said.length !== 1) {
    throw new CommandFailure('usage', 'say one of --approve, --deny, --content, --decline and --cancel')
  }
  const why = reason === undefined ? {} : { reason }
  if (approve) return { approved: true, ...why, ...(input === undefined ? {} : { editedInput: input }) }
  if (input !== undefined) throw new CommandFailure('usage', '--input goes with --approve')
  if (deny) return { approved: false, ...why }
  if (reason !== undefined) throw new CommandFailure('usage', '--reason goes with --approve and --deny')
  if (content !== undefined) return { action: 'accept', content }
  return { action: decline ? 'decline' : 'cancel' }
}
