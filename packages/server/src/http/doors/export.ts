import type { SessionEvent } from '@longwire/protocol'
import { Level as LevelSchema } from '@longwire/protocol/schemas'
import type { Context } from 'hono'
import { stream } from 'hono/streaming'
import { reach } from '../../auth/access.ts'
import { MarkdownPage } from '../../export/markdown.ts'
import { type Stretch, sessionLog } from '../../export/session-log.ts'
import { Refusal } from '../../refusal.ts'
import type { ReadSession } from '../../session/read-session.ts'
import type { DoorEnv, DoorHouse, Doors } from '../context.ts'
import { filterOf } from './events.ts'

const FORMATS = {
  json: { type: 'application/json; charset=utf-8', ending: 'json' },
  jsonl: { type: 'application/jsonl; charset=utf-8', ending: 'jsonl' },
  markdown: { type: 'text/markdown; charset=utf-8', ending: 'md' },
} as const
type Format = keyof typeof FORMATS

/** A whole session as a file: its log, or the conversation to read. Whatever its length, a page of it is in memory. */
export function exportDoor(doors: Doors, { sessions, clock, log }: DoorHouse): void {
  doors.get('/v1/sessions/:session/export', async (c) => {
    const { session } = await reach(sessions, c.get('identity'), c.req.param('session'))
    const format = c.req.query('format') ?? 'json'
    if (!Object.hasOwn(FORMATS, format)) {
      throw new Refusal('bad_field', `format must be one of ${Object.keys(FORMATS).join(', ')}`)
    }
    const { type, ending } = FORMATS[format as Format]
    const pieces = textOf(session, format as Format, sessionLog(session, wholeFilter(c), stretchOf(c)), clock.now())
    c.header('content-type', type)
    c.header('cache-control', 'no-store')
    c.header(
      'content-disposition',
      `attachment; filename="${session.id.replaceAll(/[^A-Za-z0-9._-]/g, '_')}.${ending}"`,
    )
    return stream(
      c,
      async (out) => {
        for await (const piece of pieces) {
          if (out.aborted) return
          await out.write(piece)
        }
      },
      async (error) => {
        // The status is out already: the line is cut, so that nobody takes it for the whole.
        log.error({ err: error, session: session.id }, 'an export ended early')
        c.env.outgoing.destroy()
      },
    )
  })
}

/** All of the log, unless a stretch of it is asked for. */
function stretchOf(c: Context<DoorEnv>): Stretch {
  const whole = (name: string, otherwise: number) => {
    const text = c.req.query(name)
    if (text === undefined) return otherwise
    if (!/^\d{1,15}$/.test(text)) throw new Refusal('bad_field', `${name} must be a whole number from 0`)
    return Number(text)
  }
  return { after: whole('after', 0), limit: whole('limit', Number.MAX_SAFE_INTEGER / 2) }
}

/** All that the principal may see, unless less is asked for. */
function wholeFilter(c: Context<DoorEnv>) {
  const { trace } = c.req.query()
  return filterOf(c, trace === undefined ? LevelSchema.options.at(-1) : undefined)
}

async function* textOf(
  session: ReadSession,
  format: Format,
  pages: AsyncIterable<readonly string[]>,
  now: number,
): AsyncGenerator<string> {
  if (format === 'markdown') yield* markdownOf(session, pages)
  else if (format === 'json') yield* jsonOf(session, pages, now)
  else for await (const page of pages) yield page.map((json) => `${json}\n`).join('')
}

async function* jsonOf(session: ReadSession, pages: AsyncIterable<readonly string[]>, exportedAt: number) {
  const { id, agent, log, head } = session
  const { metadata } = await session.facts()
  const about = { session: id, agent, log, head, metadata, exportedAt }
  yield `${JSON.stringify(about).slice(0, -1)},"events":[`
  let comma = ''
  for await (const page of pages) {
    if (page.length === 0) continue
    yield `${comma}\n${page.join(',\n')}`
    comma = ','
  }
  yield '\n]}\n'
}

async function* markdownOf(session: ReadSession, pages: AsyncIterable<readonly string[]>) {
  const { id, agent, createdAt } = session
  const { metadata, summary } = await session.facts()
  const { title } = metadata
  const called = typeof title === 'string' && title !== '' ? title : (summary ?? agent)
  yield MarkdownPage.head({ title: called, agent, session: id, createdAt })
  const written = new MarkdownPage()
  for await (const page of pages) yield page.map((json) => written.add(JSON.parse(json) as SessionEvent)).join('')
  yield written.end()
}
