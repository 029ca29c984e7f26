import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import type { Identity } from '../../auth/verifier.ts'
import { faultOf } from '../../connection/connection.ts'
import type { DoorEnv } from '../../http/context.ts'
import { bytesOf } from '../../http/request.ts'
import { Refusal } from '../../refusal.ts'
import { looksLikeRun, RUN_EVENTS, runSpeech } from '../ag-ui/index.ts'
import { readRunInput } from '../ag-ui/run-input.ts'
import { answerInDialect } from '../answer.ts'
import { readAsked } from '../bedrock/asked-of-us.ts'
import { commandIds } from '../command-ids.ts'
import type { DialectHouse, RefusedHandshake } from '../dialect.ts'
import type { Packing } from '../response-wire.ts'
import { containerError } from './errors.ts'
import { SESSION_FIELD } from './fields.ts'
import { PayloadSpeech } from './payload-speech.ts'
import { readPrompt } from './prompt.ts'

/** Whom a payload is for, once that is known. */
export interface Payload {
  readonly identity: Identity
  readonly agent: string
  /** As the peer calls it, and as it is kept. */
  readonly named: string
  readonly session: string
  readonly qualifier: string
}

/** How a door refuses. */
export interface Refusing {
  readonly refuse: (refusal: Refusal) => RefusedHandshake
  /** The agent failed before it had said anything. */
  readonly failed: (refusal: Refusal) => RefusedHandshake
}

const MOST_CHARACTERS = 5_000

/** `POST …/invocations`: any JSON in; JSON, server-sent events or a run of AG-UI out, by what came and what is accepted. */
export async function takePayload(
  c: Context<DoorEnv>,
  house: DialectHouse,
  { refuse, failed }: Refusing,
  payloadOf: (request: IncomingMessage) => Promise<Payload>,
): Promise<Response> {
  try {
    const payload = await payloadOf(c.env.incoming as IncomingMessage)
    const value = jsonOf(await bytesOf(c, house.limits.frameBytes))
    if (value === undefined) return answer(containerError(400, 'Invalid JSON', 'the body is not JSON'))
    const headers = { [SESSION_FIELD]: payload.named }
    if (looksLikeRun(value)) {
      const speech = runSpeech(house, payload.agent, readRunInput(value), undefined, payload.session)
      const packing = { ...RUN_EVENTS, headers: { ...RUN_EVENTS.headers, ...headers }, refuse: failed }
      return answerInDialect(c, house, payload.identity, speech, packing)
    }
    const streams = streamsTo(c.req.header('accept'))
    if (streams === undefined) return answer(containerError(406, 'accept application/json or text/event-stream'))
    const speech = payloadSpeech(house, payload, value, streams)
    const packing = { ...(streams ? SSE : JSON_TEXT), refuse: failed }
    return answerInDialect(c, house, payload.identity, speech, {
      ...packing,
      headers: { ...packing.headers, ...headers },
    })
  } catch (error) {
    const refusal = error instanceof Refusal ? error : faultOf(error, house.log)
    house.metrics.refused(refusal.code, refusal.detail.limit)
    return answer(refuse(refusal))
  }
}

function payloadSpeech(house: DialectHouse, payload: Payload, value: unknown, streams: boolean): PayloadSpeech {
  const asked = readPrompt(value)
  if (!asked) throw new Refusal('bad_field', 'the payload says nothing: { "prompt" } is wanted')
  const { agent, named, session, qualifier } = payload
  return new PayloadSpeech({
    address: { sessionId: named, agentId: agent, agentAliasId: qualifier },
    agent,
    session,
    wanted: readAsked(asked),
    streams,
    mostCharacters: MOST_CHARACTERS,
    commandId: commandIds(house.clock),
  })
}

const SSE: Omit<Packing, 'refuse'> = {
  headers: { 'content-type': 'text/event-stream; charset=utf-8' },
  pack: (frame) => `data: ${frame}\n\n`,
  cutShort: ({ code, message }) => `data: ${JSON.stringify({ error: message, error_type: code, message })}\n\n`,
  heartbeat: ': heartbeat\n\n',
}
const JSON_TEXT: Omit<Packing, 'refuse'> = {
  headers: { 'content-type': 'application/json' },
  pack: (frame) => frame,
  cutShort: () => '',
}

/** Whether this peer takes a stream, or only one text; undefined where it takes neither. */
function streamsTo(accept = '*/*'): boolean | undefined {
  if (accept.includes('text/event-stream')) return true
  return /\*\/\*|application\/(json|\*)/.test(accept) ? false : undefined
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(Buffer.from(bytes).toString('utf8'))
  } catch {
    return undefined
  }
}

export function answer({ status, headers, body }: RefusedHandshake): Response {
  return new Response(body, { status, headers })
}
