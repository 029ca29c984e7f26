import type { IncomingMessage } from 'node:http'
import type { Identity } from '../../auth/verifier.ts'
import type { Doors } from '../../http/context.ts'
import { bytesOf } from '../../http/request.ts'
import { Refusal } from '../../refusal.ts'
import type { Dialect, DialectHouse, Line } from '../dialect.ts'
import { agentNamed, sessionNamed } from '../names.ts'
import { refusedByContainer } from './errors.ts'
import { fieldOf, mintedSession, SESSION_FIELD } from './fields.ts'
import { type Payload, takePayload } from './payload-door.ts'
import { PEER_BOUNDS, peerSpeech } from './peer-line.ts'

/** What the platform asks of a container: `/ping`, `/invocations` and `/ws`. */
export const container: Dialect = { doors, line }

const SOCKET = /^\/ws(\?|$)/

function line(request: IncomingMessage, house: DialectHouse): Line | undefined {
  if (!SOCKET.test(request.url ?? '')) return undefined
  return {
    ...PEER_BOUNDS,
    speak: async (identity) => peerSpeech(house, request, payloadFor(house, request, identity)),
    refuse: refusedByContainer,
  }
}

function payloadFor(house: DialectHouse, request: IncomingMessage, identity: Identity): Payload {
  const named = fieldOf(request, SESSION_FIELD) ?? mintedSession(house.clock)
  return { identity, agent: agentNamed(house, 'DEFAULT'), named, session: sessionNamed(named), qualifier: 'DEFAULT' }
}

function doors(doors: Doors, house: DialectHouse): void {
  const ping = pulse(house)
  doors.get('/ping', (c) => c.json(ping()))

  doors.post('/invocations', (c) => {
    const failed = ({ code, message }: Refusal) =>
      refusedByContainer(code === 'internal' ? new Refusal('internal', message) : new Refusal(code, message))
    return takePayload(c, house, { refuse: refusedByContainer, failed }, async (request) => {
      const identity = await house.identify(request, () => bytesOf(c, house.limits.frameBytes))
      return payloadFor(house, request, identity)
    })
  })
}

/**
 * Whether there is work, and since when that is so. The platform reaps a container that it believes to be idle, and keeps one
 * for ever whose time moves with every answer: so the time moves when the status does.
 */
function pulse({ sessions, clock }: DialectHouse) {
  let status = 'Healthy'
  let since = Math.floor(clock.now() / 1_000)
  return () => {
    const now = sessions.isBusy ? 'HealthyBusy' : 'Healthy'
    if (now !== status) {
      status = now
      since = Math.floor(clock.now() / 1_000)
    }
    return { status, time_of_last_update: since }
  }
}
