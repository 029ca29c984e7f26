import type { CommandOf, SessionStatus as Status } from '@longwire/protocol'
import { COMMANDS, SessionStatus } from '@longwire/protocol/schemas'
import type { Page, SessionRecord } from '@longwire/store'
import type { Context } from 'hono'
import { z } from 'zod'
import { isOperator } from '../../auth/access.ts'
import { redacted } from '../../auth/redaction.ts'
import { lineRow } from '../../operator/lines.ts'
import { requestRows, sessionRow, turnRows } from '../../operator/rows.ts'
import { SAMPLE_EVERY_MS } from '../../operator/stats.ts'
import { Refusal } from '../../refusal.ts'
import type { Sight } from '../../session/sight.ts'
import type { DoorEnv, DoorHouse, Doors } from '../context.ts'
import { readBody, wholeNumber } from '../request.ts'

const MOST_LINES = 5_000
const LINES = 500

const id = z.string().min(1).max(128).optional()
const BODIES = {
  cancel: z.object({ id, turn: z.string().max(128).optional() }),
  close: z.object({ id }),
  kill: z.object({ id }),
  answer: COMMANDS.answer.omit({ type: true, id: true, ch: true }).extend({ id }),
} as const
type Action = keyof typeof BODIES

/** What operators look at and what they may stop, whosever it is. Everybody else is told that they may not. */
export function operatorDoors(doors: Doors, house: DoorHouse): void {
  const { sessions, limits, clock, audit } = house

  doors.use('/v1/operator/*', async (c, next) => {
    const identity = c.get('identity')
    if (!isOperator(identity)) throw new Refusal('forbidden', 'this door is for the role operator')
    if (c.req.method === 'GET') audit({ event: 'operator', principal: identity.principal, looked: c.req.path })
    await next()
  })

  doors.get('/v1/operator/sessions', async (c) => {
    const page = await sessions.list(queryOf(c, house))
    return c.json({ sessions: page.items.map(sessionRow), cursor: page.cursor ?? null })
  })

  doors.get('/v1/operator/turns', async (c) => {
    const page = await openTurns(c, house)
    return c.json({ turns: await rowsOf(page.items, turnRow), cursor: page.cursor ?? null })
  })

  doors.get('/v1/operator/requests', async (c) => {
    const page = await sessions.list({ ...queryOf(c, house), status: 'waiting' })
    const requests = redacted(await rowsOf(page.items, requestRows), c.get('identity').sees.redact)
    return c.json({ requests, cursor: page.cursor ?? null })
  })

  doors.get('/v1/operator/connections', (c) => {
    const most = wholeNumber(c, 'limit', { least: 1, most: MOST_LINES }) ?? LINES
    const lines = house.lines().map(lineRow)
    // Those that are in trouble first: of very many the others are not looked at.
    const shown = lines.sort((a, b) => b.bufferedBytes - a.bufferedBytes || a.since - b.since).slice(0, most)
    return c.json({ connections: shown, total: lines.length })
  })

  doors.get('/v1/operator/stats', (c) => {
    const { samples, now } = house.stats
    return c.json({ everyMs: SAMPLE_EVERY_MS, samples, now })
  })

  doors.post('/v1/operator/sessions/:key/:action', async (c) => {
    const action = c.req.param('action')
    if (!Object.hasOwn(BODIES, action)) throw new Refusal('not_found', `an operator cannot ${action} a session`)
    const body = await readBody(c, BODIES[action as Action], limits.frameBytes)
    const command = { ...body, id: body.id ?? clock.randomId() }
    const key = c.req.param('key')
    const result =
      action === 'kill'
        ? await sessions.kill(key, 'an operator ended its worker')
        : await act(c, key, { ...command, type: action } as never)
    const { principal } = c.get('identity')
    audit({ event: 'operator', principal, did: action, key, command: command.id })
    return c.json({ type: 'ok', id: command.id, ...result })
  })

  async function act(c: Context<DoorEnv>, key: string, command: CommandOf<'cancel' | 'close' | 'answer'>) {
    return (await sessions.byKey(key)).perform(command, c.get('identity'))
  }

  function turnRow(record: SessionRecord, sight: Sight): readonly object[] {
    const { budget } = house.agents().find(({ name }) => name === record.agent) ?? {}
    return turnRows(record, sight, clock.now(), budget)
  }

  async function rowsOf(
    records: readonly SessionRecord[],
    row: (record: SessionRecord, sight: Sight) => readonly object[],
  ) {
    const rows = await Promise.all(records.map(async (record) => row(record, await sessions.look(record))))
    return rows.flat()
  }
}

/** Turns that run, page after page, and then those that wait: the cursor says in which of the two it is. */
async function openTurns(c: Context<DoorEnv>, house: DoorHouse): Promise<Page<SessionRecord>> {
  const { status, cursor, ...query } = queryOf(c, house)
  const wanted = status === undefined ? (['running', 'waiting'] as const) : [status]
  const [, at = wanted[0], rest = ''] = /^(running|waiting):(.*)$/.exec(cursor ?? '') ?? []
  const page = await house.sessions.list({ ...query, status: at as Status, cursor: rest === '' ? undefined : rest })
  if (page.cursor !== undefined) return { ...page, cursor: `${at}:${page.cursor}` }
  if (at === 'waiting' || wanted.length === 1) return page
  const room = query.limit - page.items.length
  if (room === 0) return { ...page, cursor: 'waiting:' }
  const waiting = await house.sessions.list({ ...query, limit: room, status: 'waiting' })
  const next = waiting.cursor === undefined ? undefined : `waiting:${waiting.cursor}`
  return { items: [...page.items, ...waiting.items], cursor: next }
}

function queryOf(c: Context<DoorEnv>, { limits }: DoorHouse) {
  const { principal, agent, status, q, cursor } = c.req.query()
  if (status !== undefined && !SessionStatus.safeParse(status).success) {
    throw new Refusal('bad_field', `status must be one of ${SessionStatus.options.join(', ')}`)
  }
  const limit = wholeNumber(c, 'limit', { least: 1, most: limits.pageSessionsMost }) ?? limits.pageSessions
  return { principal, agent, status: status as Status | undefined, q, cursor, limit }
}
