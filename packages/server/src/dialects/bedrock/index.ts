import type { IncomingMessage } from 'node:http'
import { parsePlace } from '@longwire/protocol'
import { z } from 'zod'
import { faultOf } from '../../connection/connection.ts'
import type { Doors } from '../../http/context.ts'
import { bytesOf, readBody } from '../../http/request.ts'
import { Refusal } from '../../refusal.ts'
import { answerInDialect } from '../answer.ts'
import { commandIds } from '../command-ids.ts'
import type { Dialect, DialectHouse, Line } from '../dialect.ts'
import { agentNamed, sessionNamed } from '../names.ts'
import { ArticleSpeech } from './article-speech.ts'
import { readAsked } from './asked-of-us.ts'
import { EXCEPTIONS, errorType, exceptionOf } from './errors.ts'
import { EVENT_STREAM, eventMessage, exceptionMessage } from './event-stream.ts'
import { InvocationSpeech } from './invocation-speech.ts'

/** The frames of Amazon Bedrock's agents: over a WebSocket, as the article has them, and over HTTP, as the service does. */
export const bedrock: Dialect = { doors, line }

const ADDRESS = /^\/agents\/([^/]+)\/agentAliases\/([^/]+)\/sessions\/([^/]+)\/(websocket|text)$/
const WHOLE_FRAMES = Number.POSITIVE_INFINITY

interface Address {
  readonly agentId: string
  readonly agentAliasId: string
  readonly sessionId: string
  readonly door: string
  readonly query: URLSearchParams
}

function addressOf(url = ''): Address | undefined {
  const [path, query] = url.split('?', 2)
  const [, ...parts] = ADDRESS.exec(path!) ?? []
  const [agentId, agentAliasId, sessionId, door] = parts.map(decoded)
  if (!agentId || !agentAliasId || !sessionId || !door) return undefined
  return { agentId, agentAliasId, sessionId, door, query: new URLSearchParams(query) }
}

function decoded(part: string): string | undefined {
  try {
    return decodeURIComponent(part)
  } catch {
    return undefined
  }
}

function line(request: IncomingMessage, house: DialectHouse): Line | undefined {
  const found = addressOf(request.url)
  if (found?.door !== 'websocket') return undefined
  const { query, door: _, ...address } = found
  return {
    speak: async () =>
      new ArticleSpeech({
        address,
        agent: agentNamed(house, address.agentId),
        session: sessionNamed(address.sessionId),
        after: afterOf(query.get('after')),
        encoding: encodingOf(query.get('encoding')),
        enableTrace: flagOf(query.get('enableTrace')),
        mostCharacters: WHOLE_FRAMES,
        commandId: commandIds(house.clock),
      }),
    refuse: refused,
  }
}

/** A place, and the marks that stand behind it. */
export function afterOf(text: string | null): { readonly place: string; readonly marks: string } | undefined {
  if (text === null || text === '') return undefined
  const place = text.split('~', 1)[0]!
  if (!parsePlace(place))
    throw new Refusal('bad_field', `after must be a place that a frame carried, not ${text.slice(0, 40)}`)
  return { place, marks: text.slice(place.length) }
}

export function encodingOf(text: string | null): 'text' | 'base64' {
  if (text === null || text === 'text') return 'text'
  if (text === 'base64') return 'base64'
  throw new Refusal('bad_field', 'encoding must be text or base64')
}

export function flagOf(text: string | null): boolean | undefined {
  return text === null ? undefined : text !== 'false'
}

function refused(refusal: Refusal) {
  const exception = exceptionOf(refusal)
  const headers = {
    'content-type': 'application/json',
    'x-amzn-errortype': errorType(exception.name),
  }
  return { status: EXCEPTIONS[exception.name], headers, body: JSON.stringify({ message: exception.message }) }
}

const Body = z.looseObject({
  streamingConfigurations: z.looseObject({ streamFinalResponse: z.boolean().optional() }).optional(),
})

function doors(doors: Doors, house: DialectHouse): void {
  doors.post('/agents/:agent/agentAliases/:alias/sessions/:session/text', async (c) => {
    try {
      const { incoming } = c.env
      const identity = await house.identify(incoming as IncomingMessage, () => bytesOf(c, house.limits.frameBytes))
      const found = addressOf(incoming.url)
      if (!found) throw new Refusal('not_found', 'no agent, alias and session are named')
      const { agentId, agentAliasId, sessionId } = found
      const body = await readBody(c, Body, house.limits.frameBytes)
      const speech = new InvocationSpeech({
        address: { agentId, agentAliasId, sessionId },
        agent: agentNamed(house, agentId),
        session: sessionNamed(sessionId),
        wanted: readAsked(body),
        streams: body.streamingConfigurations?.streamFinalResponse !== false,
        commandId: commandIds(house.clock),
      })
      return answerInDialect(c, house, identity, speech, {
        headers: {
          'content-type': EVENT_STREAM,
          'x-amzn-bedrock-agent-content-type': 'application/json',
          'x-amz-bedrock-agent-session-id': sessionId,
        },
        pack: eventMessage,
        refuse: refused,
        cutShort: (refusal) => exceptionMessage(exceptionOf(refusal)),
      })
    } catch (error) {
      const refusal = error instanceof Refusal ? error : faultOf(error, house.log)
      house.metrics.refused(refusal.code, refusal.detail.limit)
      const { status, headers, body } = refused(refusal)
      return new Response(body, { status, headers })
    }
  })
}
