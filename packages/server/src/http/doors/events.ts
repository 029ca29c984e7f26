import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import {
  DEFAULT_FILTER,
  type Filter,
  type Level,
  narrow,
  ORIGIN,
  type Place,
  parsePlace,
  printPlace,
  type Recovered,
} from '@longwire/protocol'
import { Level as LevelSchema } from '@longwire/protocol/schemas'
import type { Context } from 'hono'
import { Attachment, recoveryFor } from '../../attachment/attachment.ts'
import type { Outlet } from '../../attachment/outlet.ts'
import { wholeFields } from '../../attachment/readable.ts'
import { reach } from '../../auth/access.ts'
import type { OpenLine } from '../../operator/lines.ts'
import type { Present, Seat } from '../../presence/presence.ts'
import { errorFrame, Refusal } from '../../refusal.ts'
import { storedEvent } from '../../session/log-event.ts'
import type { ReadSession } from '../../session/read-session.ts'
import { SseWire } from '../../wires/sse-wire.ts'
import type { DoorEnv, DoorHouse, Doors } from '../context.ts'
import { flag, wholeNumber } from '../request.ts'
import { pollEvents } from './poll.ts'

/** How often it is looked whether an identity that ends has ended. */
const TICK_MS = 1_000

/** The events of a session: as a stream of server-sent events, or a page at a time with a wait. */
export function eventDoors(doors: Doors, house: DoorHouse): void {
  doors.get('/v1/sessions/:session/events', async (c) => {
    const { session } = await reach(house.sessions, c.get('identity'), c.req.param('session'))
    const asked = askedOf(c)
    const accept = c.req.header('accept') ?? ''
    const wantsPage = accept.includes('application/json') || c.req.query('wait') !== undefined
    if (wantsPage && !accept.includes('text/event-stream')) {
      const wait = wholeNumber(c, 'wait', { least: 0, most: house.limits.waitSeconds }) ?? 0
      const gone = c.req.raw.signal
      const leave = takeSeat(house, c.get('identity').principal)
      const page = await pollEvents(house, session, asked, wait * 1_000, gone).finally(leave)
      return c.body(page, 200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
    }
    streamEvents(c, house, session, asked)
    return RESPONSE_ALREADY_SENT
  })

  doors.get('/v1/sessions/:session/events/:seq', async (c) => {
    const { session } = await reach(house.sessions, c.get('identity'), c.req.param('session'))
    const seq = Number(c.req.param('seq'))
    const { filter } = askedOf(c)
    const [commit] = Number.isSafeInteger(seq) && seq > 0 && seq <= session.head ? await readOne(session, seq) : []
    const fields =
      commit && wholeFields(storedEvent(commit.seq, commit.json), { ...filter, trace: c.get('identity').sees.trace })
    if (fields === undefined)
      throw new Refusal('not_found', `session ${session.id} has no commit ${c.req.param('seq')}`)
    return c.body(`{${fields}`, 200, { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' })
  })
}

/** Counts one reader over HTTP as a line and an attachment of this principal, until it leaves. Refuses where it has too many. */
function takeSeat({ quotas, clock, refuseMore }: DoorHouse, principal: string): () => void {
  refuseMore()
  quotas.refuseConnection(principal)
  quotas.refuseAttachment(principal)
  const letGo = quotas.holdConnection(principal, clock.now())
  quotas.countAttachments(principal, 1, clock.now())
  return () => {
    letGo()
    quotas.countAttachments(principal, -1, clock.now())
  }
}

function readOne(session: ReadSession, seq: number) {
  return session.house.store.read(session.key, seq - 1, { limit: 1, bytes: 1 })
}

/** What a reader over HTTP asks for. Without a place it wants everything, from the origin. */
export interface Asked {
  readonly after: Place
  readonly log?: string | undefined
  readonly filter: Filter
  /** Whether it wants to know who else reads the session. */
  readonly presence: boolean
  /** Whether it is to be given everything, from however far back: a page at a time. */
  readonly isForAll: boolean
}

/** What the reader asks for, `level` unless it says, within what its principal may see. */
export function filterOf(c: Context<DoorEnv>, level: Level = DEFAULT_FILTER.trace): Filter {
  const trace = c.req.query('trace') ?? level
  if (!LevelSchema.safeParse(trace).success) {
    throw new Refusal('bad_field', `trace must be one of ${LevelSchema.options.join(', ')}`)
  }
  return narrow({ trace: trace as Level, reasoning: flag(c, 'reasoning', true) }, c.get('identity').sees)
}

function askedOf(c: Context<DoorEnv>): Asked {
  const text = c.req.header('last-event-id') ?? c.req.query('after')
  const after = text === undefined || text === '' ? ORIGIN : parsePlace(text)
  if (!after) throw new Refusal('bad_field', `after must be a place such as 17 or 17.3, not ${text!.slice(0, 40)}`)
  return {
    after,
    log: c.req.query('log'),
    filter: filterOf(c),
    presence: flag(c, 'presence', false),
    isForAll: c.req.query('replay') === 'all',
  }
}

function streamEvents(c: Context<DoorEnv>, house: DoorHouse, session: ReadSession, asked: Asked): void {
  const leave = takeSeat(house, c.get('identity').principal)
  const { after, log, filter } = asked
  const { limits } = house
  const response = c.env.outgoing
  // Gone while the session was looked for: nobody would ever say so again.
  if (response.destroyed) {
    leave()
    return
  }
  const wire = new SseWire(response as never, limits.bufferBytes, () => house.lineFaults?.holdMs ?? 0)
  const recovered = recoveryFor(session, { after, log }, limits.replayCommits)
  wire.send(`: log=${session.log} head=${session.head} status=${session.status} recovered=${recovered}\n\n`)
  let spokeAt = house.clock.now()
  const put = (text: string) => {
    spokeAt = house.clock.now()
    return wire.send(text)
  }
  const outlet: Outlet = {
    event: (fields, place) => put(`id: ${printPlace(place)}\ndata: {${fields}\n\n`),
    snapshot: (at, view) => put(snapshotText(at, view, recovered)),
    drained: () => wire.drained(),
    ended: (why) => {
      house.metrics.refused(why.code, why.detail.limit)
      put(`data: ${JSON.stringify(errorFrame(why, {}))}\n\n`)
      wire.close('done')
    },
  }
  const onFault = () => outlet.ended(new Refusal('store_unavailable', 'the session log cannot be read now'))
  const tell = (present: Present) => {
    put(`data: ${JSON.stringify({ type: 'presence', ...present })}\n\n`)
    return true
  }
  const identity = c.get('identity')
  const seat: Seat = {
    viewer: `sse_${house.clock.randomId().slice(0, 22)}`,
    identity,
    since: spokeAt,
    tell: asked.presence ? tell : undefined,
  }
  const attachment = new Attachment(
    session,
    outlet,
    { filter, stubBytes: limits.stubBytes, onFault, seat, since: spokeAt },
    after,
  )
  const tick = setInterval(
    () => {
      const now = house.clock.now()
      if (identity.expiresAt !== undefined && now >= identity.expiresAt) {
        attachment.end(new Refusal('identity_expired', 'come back with a fresh identity'))
      } else if (now - seat.since >= limits.connectionMs) {
        attachment.end(new Refusal('too_long', 'open another stream', { limit: 'connectionMs' }))
      } else if (now - spokeAt >= house.heartbeatMs) put(': heartbeat\n\n')
    },
    Math.min(TICK_MS, house.heartbeatMs / 2),
  )
  const end = () => wire.close('going_away')
  house.open.add(end)
  const revoked = () => attachment.end(new Refusal('identity_expired', 'what this identity rests on was revoked'))
  const letGo = house.identities.hold({ identity: () => identity, end: revoked })
  const line: OpenLine = {
    id: seat.viewer,
    wire: 'sse',
    identity,
    since: seat.since,
    attachments: [attachment],
    get bufferedBytes() {
      return wire.buffered
    },
  }
  house.streams.add(line)
  response.on('close', () => {
    clearInterval(tick)
    house.open.delete(end)
    house.streams.delete(line)
    letGo()
    leave()
    attachment.detach()
  })
  attachment.start(recovered).catch((error) => {
    house.log.error({ err: error, session: session.id }, 'a stream ended')
    onFault()
  })
}

/** A view is a message as an event is, so that a reader has one place to look. */
function snapshotText(at: Place, view: string, recovered: Recovered): string {
  const place = printPlace(at)
  return `id: ${place}\ndata: {"type":"snapshot","recovered":"${recovered}","at":"${place}","view":${view}}\n\n`
}
