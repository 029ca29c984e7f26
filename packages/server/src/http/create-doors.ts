import type { IncomingMessage } from 'node:http'
import { ERRORS } from '@longwire/protocol'
import { Hono } from 'hono'
import { cors } from 'hono/cors'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { redacted } from '../auth/redaction.ts'
import { faultOf } from '../connection/connection.ts'
import type { DialectHouse } from '../dialects/dialect.ts'
import { dialectDoors } from '../dialects/dialects.ts'
import { challengeFor, errorFrame, Refusal } from '../refusal.ts'
import type { DoorEnv, Doors } from './context.ts'
import { changesDoor } from './doors/changes.ts'
import { consoleDoors } from './doors/console.ts'
import { developmentDoors } from './doors/development.ts'
import { eventDoors } from './doors/events.ts'
import { exportDoor } from './doors/export.ts'
import { forkDoor } from './doors/fork.ts'
import { houseDoors } from './doors/house.ts'
import { LINE_FRAMES, lineDoors } from './doors/line.ts'
import { nodeDoors } from './doors/nodes.ts'
import { operatorDoors } from './doors/operator.ts'
import { sessionDoors } from './doors/sessions.ts'
import { ticketDoor } from './doors/tickets.ts'
import { viewDoor } from './doors/view.ts'
import { FRONT_PAGE_CSS } from './front-page.ts'
import { identified } from './identified.ts'

const READS = ['GET', 'HEAD', 'OPTIONS']

/** Every HTTP door of the server. What is under `/v1` knows who asks; errors are the protocol's, with their status. */
export function createDoors(house: DialectHouse): Doors {
  const doors = new Hono<DoorEnv>()

  if (house.origins.allowed.length > 0) doors.use(forPagesOf(house.origins.allowed))
  doors.use(async (c, next) => {
    if (!READS.includes(c.req.method)) house.origins.refuseForeign(c.env.incoming as IncomingMessage)
    await next()
  })
  const identify = identified(house)
  doors.use('/v1/*', (c, next) => (c.req.path === LINE_FRAMES ? next() : identify(c, next)))

  houseDoors(doors, house)
  nodeDoors(doors, house)
  sessionDoors(doors, house)
  viewDoor(doors, house)
  eventDoors(doors, house)
  lineDoors(doors, house)
  ticketDoor(doors, house)
  forkDoor(doors, house)
  exportDoor(doors, house)
  operatorDoors(doors, house)
  developmentDoors(doors, house)
  dialectDoors(doors, house)
  changesDoor(doors, house)
  consoleDoors(doors, house)
  doors.get('/front-page.css', (c) => c.body(FRONT_PAGE_CSS, 200, { 'content-type': 'text/css; charset=utf-8' }))

  doors.notFound((c) => answer(new Refusal('not_found', `nothing is served at ${c.req.method} ${c.req.path}`)))
  doors.onError((error, c) => {
    const refusal = error instanceof Refusal ? error : faultOf(error, house.log)
    house.metrics.refused(refusal.code, refusal.detail.limit)
    return answer(refusal, c.get('identity')?.sees.redact)
  })
  return doors
}

/** What lets pages of other origins read what they are answered. */
function forPagesOf(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowHeaders: ['authorization', 'content-type', 'last-event-id', 'x-api-key'],
    exposeHeaders: ['retry-after', 'www-authenticate'],
    maxAge: 600,
  })
}

function answer(refusal: Refusal, redact?: readonly string[]): Response {
  const status = (ERRORS[refusal.code].http ?? 500) as ContentfulStatusCode
  const { retryAfterMs } = refusal.detail
  const headers = new Headers({ 'content-type': 'application/json; charset=utf-8' })
  for (const [name, value] of Object.entries(challengeFor(refusal))) headers.set(name, value)
  if (retryAfterMs !== undefined) headers.set('retry-after', String(Math.ceil(retryAfterMs / 1_000)))
  return new Response(JSON.stringify(redacted(errorFrame(refusal, {}), redact)), { status, headers })
}
