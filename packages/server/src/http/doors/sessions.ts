import type { SessionCommand, SessionCommandType, SessionStatus as Status } from '@longwire/protocol'
import { AgentName, CommandId, Metadata, SESSION_COMMANDS, SessionId, SessionStatus } from '@longwire/protocol/schemas'
import type { SessionRecord } from '@longwire/store'
import { z } from 'zod'
import { reach, reaches, refuseToOpen, refuseUnless } from '../../auth/access.ts'
import { redacted } from '../../auth/redaction.ts'
import { readCommandValue } from '../../connection/read-command.ts'
import { Refusal } from '../../refusal.ts'
import type { ReadSession } from '../../session/read-session.ts'
import type { DoorHouse, Doors } from '../context.ts'
import { readBody, wholeNumber } from '../request.ts'

const OpenBody = z.object({
  agent: AgentName,
  session: SessionId.optional(),
  metadata: Metadata.optional(),
  id: z.string().min(1).max(128).optional(),
})

const LONGEST_SEARCH = 200

const DescribeBody = z.object({ metadata: Metadata, id: CommandId.optional() })

/** Open, list, look at, speak to and erase sessions: the caller's own, and nobody else's. */
export function sessionDoors(doors: Doors, { sessions, limits, clock }: DoorHouse): void {
  doors.post('/v1/sessions', async (c) => {
    const body = await readBody(c, OpenBody, limits.frameBytes)
    const identity = c.get('identity')
    const { agent, session, metadata, id: command } = body
    refuseToOpen(identity, session)
    const { principal } = identity
    const { ground, isNew } = await sessions.open(principal, { agent, session, metadata, command })
    return c.json(
      { session: ground.session.id, agent: ground.session.agent, head: ground.session.head },
      isNew ? 201 : 200,
    )
  })

  doors.get('/v1/sessions', async (c) => {
    const identity = c.get('identity')
    refuseUnless(identity, 'observe')
    const { principal } = identity
    const { agent, cursor, q } = c.req.query()
    const status = c.req.query('status')
    const limit = wholeNumber(c, 'limit', { least: 1, most: limits.pageSessionsMost }) ?? limits.pageSessions
    if (status !== undefined && !SessionStatus.safeParse(status).success) {
      throw new Refusal('bad_field', `status must be one of ${SessionStatus.options.join(', ')}`)
    }
    if (q !== undefined && q.length > LONGEST_SEARCH) {
      throw new Refusal('bad_field', `q must be at most ${LONGEST_SEARCH} characters`)
    }
    if (agent !== undefined && !AgentName.safeParse(agent).success) {
      throw new Refusal('bad_field', 'agent must be the name of an agent')
    }
    const page = await sessions.list({ principal, agent, status: status as Status | undefined, q, cursor, limit })
    const seen = page.items.filter(({ session }) => reaches(identity, session))
    return c.json({ sessions: seen.map(summary), cursor: page.cursor ?? null })
  })

  doors.get('/v1/sessions/:session', async (c) => {
    const { session } = await reach(sessions, c.get('identity'), c.req.param('session'))
    return c.json(redacted(await described(session), c.get('identity').sees.redact))
  })

  doors.patch('/v1/sessions/:session', async (c) => {
    const speaker = c.get('identity')
    const { metadata, id = clock.randomId() } = await readBody(c, DescribeBody, limits.frameBytes)
    const ground = await reach(sessions, speaker, c.req.param('session'))
    const result = await ground.perform({ type: 'describe', id, metadata }, speaker)
    return c.json({ type: 'ok', id, ...result, metadata: (await ground.session.current().facts()).metadata })
  })

  doors.delete('/v1/sessions/:session', async (c) => {
    const session = c.req.param('session')
    const identity = c.get('identity')
    await reach(sessions, identity, session)
    if (identity.verbs !== undefined) throw new Refusal('forbidden', 'erasing takes an identity that may do everything')
    await sessions.erase(identity.principal, session)
    return c.json({ session, erased: true })
  })

  doors.post('/v1/sessions/:session/commands', async (c) => {
    const speaker = c.get('identity')
    // The body first: a session that was found before may leave memory while a slow one trickles in.
    const command = sessionCommand(await readBody(c, z.unknown(), limits.frameBytes))
    const ground = await reach(sessions, speaker, c.req.param('session'))
    const result = await ground.perform(command, speaker)
    return c.json({ type: 'ok', id: command.id, ...result })
  })
}

function sessionCommand(value: unknown): SessionCommand {
  const read = readCommandValue(value)
  if ('unreadable' in read) throw read.unreadable.refusal
  if (!SESSION_COMMANDS.includes(read.command.type as SessionCommandType)) {
    const known = SESSION_COMMANDS.join(', ')
    throw new Refusal('unknown_command', `${read.command.type} is for a connection; over HTTP there are ${known}`)
  }
  return read.command as SessionCommand
}

function summary(record: SessionRecord) {
  const { session, agent, status, head, log, metadata, summary, createdAt, updatedAt } = record
  return { session, agent, status, head, log, metadata, summary, createdAt, updatedAt }
}

async function described(session: ReadSession) {
  const { id, agent, log, createdAt } = session
  const { metadata, summary, requests, waiting, turn } = await session.facts()
  const { status, head, updatedAt } = session
  return {
    session: id,
    agent,
    status,
    head,
    log,
    metadata,
    summary,
    createdAt,
    updatedAt,
    turn: turn?.turn ?? null,
    requests,
    waiting,
  }
}
