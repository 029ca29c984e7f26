import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response'
import { PolledLineWire } from '../../wires/polled-line-wire.ts'
import { StreamedLineWire } from '../../wires/streamed-line-wire.ts'
import type { DoorHouse, Doors } from '../context.ts'
import { readText, wholeNumber } from '../request.ts'

/** Names the line in requests for it. Whoever knows it has the line: it is in a header, for addresses are written to logs. */
const LINE = 'longwire-line'
/** Where the frames of a line come in, and leave by polls. Who asks was known when the line was begun. */
export const LINE_FRAMES = '/v1/line/frames'
const WAIT_SECONDS = 25
const NO_STORE = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }

/**
 * A connection without a WebSocket: its frames leave by a stream of server-sent events or by polls, and commands come in by
 * POST, a line of JSON for each. What is said on it is what is said on a WebSocket.
 */
export function lineDoors(doors: Doors, { audit, httpLines: lines, lineDesk, limits, lineFaults }: DoorHouse): void {
  const holdMs = () => lineFaults?.holdMs ?? 0
  doors.post('/v1/line', async (c) => {
    const first = await readText(c, limits.frameBytes)
    const identity = c.get('identity')
    audit({ event: 'handshake', principal: identity.principal, path: c.req.path, proofs: identity.proofs })
    if ((c.req.header('accept') ?? '').includes('text/event-stream')) {
      const response = c.env.outgoing as never
      const { line } = lines.open(identity, (id) => {
        return new StreamedLineWire(response, limits.bufferBytes, holdMs, { [LINE]: id })
      })
      await line.heard(first)
      return RESPONSE_ALREADY_SENT
    }
    let line = ''
    const { wire, line: opened } = lines.open(identity, (id) => {
      line = id
      return new PolledLineWire(limits.bufferBytes)
    })
    await opened.heard(first)
    const answer = await wire.poll(1, 0, c.req.raw.signal)
    return c.body(answerText(answer ?? { frames: [] }), 200, { ...NO_STORE, [LINE]: line })
  })

  doors.get(LINE_FRAMES, async (c) => {
    const number = wholeNumber(c, 'poll', { least: 1, most: Number.MAX_SAFE_INTEGER }) ?? 0
    const wait = wholeNumber(c, 'wait', { least: 0, most: limits.waitSeconds }) ?? WAIT_SECONDS
    const answer = await lineDesk.poll(c.req.header(LINE), number, wait * 1_000, c.req.raw.signal)
    return c.body(answerText(answer), 200, NO_STORE)
  })

  doors.post(LINE_FRAMES, async (c) => {
    const frames = await readText(c, limits.frameBytes)
    await lineDesk.heard(c.req.header(LINE), frames)
    return c.body(null, 204)
  })

  doors.delete(LINE_FRAMES, async (c) => {
    await lineDesk.cut(c.req.header(LINE))
    return c.body(null, 204)
  })
}

function answerText({ frames, close }: { frames: readonly string[]; close?: unknown }): string {
  return `{"frames":[${frames.join(',')}]${close ? `,"close":${JSON.stringify(close)}` : ''}}`
}
