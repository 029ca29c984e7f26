import type { IncomingMessage } from 'node:http'
import type { Context } from 'hono'
import { z } from 'zod'
import type { Identity } from '../../auth/verifier.ts'
import { faultOf } from '../../connection/connection.ts'
import type { DoorEnv, Doors } from '../../http/context.ts'
import { bytesOf } from '../../http/request.ts'
import { Refusal } from '../../refusal.ts'
import { commandIds } from '../command-ids.ts'
import type { Dialect, DialectHouse, Line } from '../dialect.ts'
import { agentNamed } from '../names.ts'
import { refusedByService, serviceError } from './errors.ts'
import { mintedSession, namedSession, namedUser, SESSION_FIELD } from './fields.ts'
import { answer, type Payload, takePayload } from './payload-door.ts'
import { PEER_BOUNDS, peerSpeech } from './peer-line.ts'
import { type RuntimeAddress, runtimeAddress } from './runtime-address.ts'
import { actingFor, isOver, lastLife, runningName } from './runtime-session.ts'

/** What the service's own clients call: a runtime's WebSocket, its invocations, and the end of a session. */
export const service: Dialect = { doors, line }

function line(request: IncomingMessage, house: DialectHouse): Line | undefined {
  const isRuntime = /^\/runtimes\/.+\/ws(\?|$)/.test(request.url ?? '')
  if (!isRuntime) return undefined
  let named: string | undefined
  return {
    ...PEER_BOUNDS,
    actsAs: (identity) => actingFor(identity, namedUser(request)),
    speak: async (identity) => {
      const payload = await payloadFor(house, request, addressOf(request), identity)
      named = payload.named
      return peerSpeech(house, request, payload)
    },
    headers: () => (named === undefined ? [] : [`${SESSION_FIELD}: ${named}`]),
    refuse: (refusal) => refusedByService(request, refusal, house.origins.ownFor(request)),
  }
}

function addressOf(request: IncomingMessage): RuntimeAddress {
  const address = runtimeAddress(request.url)
  if (!address) throw new Refusal('not_found', 'no runtime is named')
  return address
}

async function payloadFor(
  house: DialectHouse,
  request: IncomingMessage,
  { names, qualifier }: RuntimeAddress,
  identity: Identity,
): Promise<Payload> {
  const agent = agentNamed(house, ...names)
  const named = namedSession(request) ?? mintedSession(house.clock)
  return { identity, agent, named, session: await runningName(house, identity, named), qualifier }
}

function doors(doors: Doors, house: DialectHouse): void {
  doors.post('/runtimes/*', (c) => {
    const request = c.env.incoming as IncomingMessage
    return answered(house, request, async () => {
      const address = addressOf(request)
      if (address.door === 'invocations') return invoke(c, house, address)
      if (address.door === 'stopruntimesession') return stop(c, house, address)
      throw new Refusal('not_found', `nothing is served at ${request.method} of this address`)
    })
  })

  doors.get('/runtimes/*', (c) => {
    const request = c.env.incoming as IncomingMessage
    return answered(house, request, async () => {
      const { door } = addressOf(request)
      if (!door.endsWith('oauth-protected-resource')) throw new Refusal('not_found', 'nothing is served here by GET')
      const resource = `${house.origins.ownFor(request)}${request.url!.split('/invocations/', 1)[0]}`
      return c.json({ resource, bearer_methods_supported: ['header'] })
    })
  })
}

function invoke(c: Context<DoorEnv>, house: DialectHouse, address: RuntimeAddress): Promise<Response> {
  const incoming = c.env.incoming as IncomingMessage
  const refuse = (refusal: Refusal) => refusedByService(incoming, refusal, house.origins.ownFor(incoming))
  // What goes wrong in the agent is the caller's to know, but not as the service's own fault.
  const failed = (refusal: Refusal) =>
    refusal.code === 'internal' ? serviceError(424, refusal.message) : refuse(refusal)
  return takePayload(c, house, { refuse, failed }, async (request) =>
    payloadFor(house, request, address, await caller(c, house, request)),
  )
}

/** Ends the session that the header names. The same name begins a fresh one afterwards; what was said can still be read. */
async function stop(c: Context<DoorEnv>, house: DialectHouse, { names }: RuntimeAddress): Promise<Response> {
  const request = c.env.incoming as IncomingMessage
  const identity = await caller(c, house, request)
  agentNamed(house, ...names)
  const named = namedSession(request)
  if (named === undefined) throw new Refusal('bad_field', `${SESSION_FIELD}: the session to stop is wanted`)
  refuseToken(await bytesOf(c, house.limits.frameBytes))
  const life = await lastLife(house, identity, named)
  if (!life?.session) throw new Refusal('session_not_found', `there is no session ${named}`)
  if (!isOver(life.session)) {
    const ground = await house.sessions.find(identity.principal, life.name)
    await ground.perform({ type: 'close', id: commandIds(house.clock)() }, identity)
  }
  return c.json({}, 200, { [SESSION_FIELD]: named })
}

/** A stop may carry a token by which clients tell one from another. Stopping twice does no harm, so nothing is kept of it. */
const StopBody = z.looseObject({ clientToken: z.string().min(33).max(256).optional() })

function refuseToken(body: Uint8Array): void {
  if (body.length === 0) return
  const refused = new Refusal('bad_field', 'clientToken: 33 to 256 characters are wanted')
  try {
    if (!StopBody.safeParse(JSON.parse(Buffer.from(body).toString('utf8'))).success) throw refused
  } catch {
    throw refused
  }
}

async function caller(c: Context<DoorEnv>, house: DialectHouse, request: IncomingMessage): Promise<Identity> {
  const identity = await house.identify(request, () => bytesOf(c, house.limits.frameBytes))
  return actingFor(identity, namedUser(request))
}

async function answered(
  house: DialectHouse,
  request: IncomingMessage,
  answering: () => Promise<Response>,
): Promise<Response> {
  try {
    return await answering()
  } catch (error) {
    const refusal = error instanceof Refusal ? error : faultOf(error, house.log)
    house.metrics.refused(refusal.code, refusal.detail.limit)
    return answer(refusedByService(request, refusal, house.origins.ownFor(request)))
  }
}
