import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import type { ErrorCode } from '@longwire/protocol'
import type { Context } from 'hono'
import type { Identity } from '../auth/verifier.ts'
import { Connection } from '../connection/connection.ts'
import type { DoorEnv } from '../http/context.ts'
import type { DialectHouse, Speech } from './dialect.ts'
import { Interpreter, limitsFor, type SpokenWire } from './interpreter.ts'
import { type Packing, ResponseWire } from './response-wire.ts'

/** Answers an HTTP request with what is said in a dialect, for as long as it is said. */
export function answerInDialect(
  c: Context<DoorEnv>,
  house: DialectHouse,
  identity: Identity,
  speech: Speech,
  packing: Packing,
): typeof RESPONSE_ALREADY_SENT {
  const response = c.env.outgoing
  const wire = new ResponseWire(response, packing, house.limits.bufferBytes)
  const { end } = converse(house, identity, speech, wire, () => wire.beat())
  response.on('close', end)
  if (response.destroyed) end()
  return RESPONSE_ALREADY_SENT
}

/** Lets a speech be said over a wire that carries nothing else. Answers what lets go of it. Refuses one connection too many. */
export function converse(
  house: DialectHouse,
  identity: Identity,
  speech: Speech,
  wire: SpokenWire,
  beat: () => void = () => {},
): { readonly interpreter: Interpreter; readonly end: () => void } {
  house.refuseMore()
  const interpreter = new Interpreter(wire, speech)
  const limits = limitsFor(speech, house.limits)
  const connection = new Connection({ ...house, limits }, interpreter, identity)
  const ticking = setInterval(() => {
    connection.tick()
    beat()
  }, house.heartbeatMs / 2)
  const stop = () => interpreter.close('going_away' satisfies ErrorCode, 'this node is stopping')
  house.open.add(stop)
  interpreter.serve(connection)
  const end = () => {
    clearInterval(ticking)
    house.open.delete(stop)
    connection.over()
  }
  return { interpreter, end }
}
