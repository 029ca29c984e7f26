import type { Server as HttpServer, IncomingMessage } from 'node:http'
import type { Identity } from '../auth/verifier.ts'
import { faultOf } from '../connection/connection.ts'
import { converse } from '../dialects/answer.ts'
import type { DialectHouse, Speech } from '../dialects/dialect.ts'
import { dialectLine } from '../dialects/dialects.ts'
import type { SpokenWire } from '../dialects/interpreter.ts'
import { nativeSpeech } from '../dialects/native.ts'
import { Refusal } from '../refusal.ts'
import type { MountedLine, MountedPeer, MountHouse, MountWire } from './mount.ts'

const NATIVE_ADDRESS = '/v1/socket'

/** What mounts find in this house. */
export function mountHouse(http: HttpServer, house: DialectHouse): MountHouse {
  const { frameBytes, bufferBytes } = house.limits
  return {
    http,
    frameBytes,
    bufferBytes,
    origins: house.origins.allowed,
    refusalOf: (request) =>
      house.origins.isForeign(request) ? 'pages of this origin may not use the server' : undefined,
    speaks: (address) => address === NATIVE_ADDRESS || lineAt(address, undefined, house) !== undefined,
    open: (peer) => open(peer, house),
  }
}

async function open({ request, address, ticket, wire }: MountedPeer, house: DialectHouse): Promise<MountedLine> {
  const known = ticket === undefined ? await house.identify(request) : await house.redeem(ticket, addressOf(request))
  const { principal, proofs } = known
  const from = addressOf(request)
  if (ticket === undefined) house.audit({ event: 'handshake', principal, address: from, path: address, proofs })
  const { identity, speech } = await spokenAt(address, request, known, house)
  refuseOneTooMany(identity, house)
  let line: ReturnType<typeof converse> | undefined
  return {
    begin: () => {
      try {
        line = converse(house, identity, speech, spoken(wire))
      } catch (error) {
        // Others came in since this one was let in.
        const refusal = error instanceof Refusal ? error : faultOf(error, house.log)
        house.metrics.refused(refusal.code, refusal.detail.limit)
        wire.close(refusal.message)
      }
    },
    heard: (frame) => line?.interpreter.heard(frame),
    over: () => line?.end(),
  }
}

function refuseOneTooMany({ principal }: Identity, house: DialectHouse): void {
  try {
    house.refuseMore()
    house.quotas.refuseConnection(principal)
  } catch (error) {
    if (error instanceof Refusal) house.metrics.refused(error.code, error.detail.limit)
    throw error
  }
}

interface Spoken {
  readonly identity: Identity
  readonly speech: Speech
}

async function spokenAt(
  address: string,
  request: IncomingMessage,
  known: Identity,
  house: DialectHouse,
): Promise<Spoken> {
  if (address === NATIVE_ADDRESS) return { identity: known, speech: nativeSpeech(house.limits.stubBytes) }
  const line = lineAt(address, request, house)
  if (!line) throw new Refusal('not_found', `nothing is spoken at ${address.slice(0, 200)}`)
  const identity = line.actsAs ? line.actsAs(known) : known
  return { identity, speech: await line.speak(identity) }
}

/** What would be spoken at this address, if the request had been made there. */
function lineAt(address: string, request: IncomingMessage | undefined, house: DialectHouse) {
  const there = Object.create(request ?? { headers: {} }, { url: { value: address } }) as IncomingMessage
  return dialectLine(there, house)
}

function addressOf({ socket }: IncomingMessage): string {
  return socket.remoteAddress ?? 'unknown'
}

function spoken(wire: MountWire): SpokenWire {
  return {
    send: (frame) => wire.send(frame),
    drained: () => wire.drained(),
    close: (why, reason) => wire.close(reason ?? why),
    hangUp: ({ reason }) => wire.close(reason),
  }
}
