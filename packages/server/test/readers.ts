import type { House } from './house.ts'
import { type AnyFrame, Peer } from './peer.ts'

/** Where a reader stands, and of which log. */
export interface Place {
  readonly after: string | undefined
  readonly log: string | undefined
}

/** One stretch of reading over one wire, which is cut after so many frames, or after the frame that ends it. */
export interface Leg {
  readonly wire: 'socket' | 'sse' | 'poll'
  readonly frames: number
}

export interface Read {
  /** Events, and snapshots, in the order in which they came. */
  readonly frames: readonly AnyFrame[]
  readonly log: string
  readonly recovered: string
}

/** The commit after which nothing comes: a reader need not wait for more. */
const isLast = (frame: AnyFrame) => frame.type === 'task.started' || hasTask(frame)
const hasTask = (frame: AnyFrame) =>
  frame.type === 'snapshot' && ((frame.view as { tasks: readonly unknown[] }).tasks.length ?? 0) > 0

/** Reads from the place until so many frames came, and cuts the line at once. */
export function readLeg(home: House, session: string, place: Place, leg: Leg): Promise<Read> {
  const enough = (frames: readonly AnyFrame[]) => frames.length >= leg.frames || frames.some(isLast)
  switch (leg.wire) {
    case 'socket':
      return readSocket(home, session, place, enough, leg.frames)
    case 'sse':
      return readSse(home, session, place, enough, leg.frames)
    case 'poll':
      return readPoll(home, session, place)
  }
}

type Enough = (frames: readonly AnyFrame[]) => boolean

async function readSocket(home: House, session: string, place: Place, enough: Enough, most: number): Promise<Read> {
  const peer = await Peer.connect(home.url)
  const known = place.after === undefined ? {} : { after: place.after, log: place.log }
  const attached = await peer.attach(session, { trace: 'debug', ...known })
  const frames = () => peer.frames.filter((frame) => frame.type === 'snapshot' || 'seq' in frame).slice(0, most)
  await peer.until(() => enough(frames()))
  const got = frames()
  peer.cut()
  return { frames: got, log: attached.log as string, recovered: attached.recovered as string }
}

async function readSse(home: House, session: string, place: Place, enough: Enough, most: number): Promise<Read> {
  const ending = new AbortController()
  const log = place.log === undefined ? '' : `&log=${encodeURIComponent(place.log)}`
  const headers: Record<string, string> = { accept: 'text/event-stream' }
  if (place.after !== undefined) headers['last-event-id'] = place.after
  const response = await fetch(`${home.url}/v1/sessions/${session}/events?trace=debug${log}`, {
    headers,
    signal: ending.signal,
  })
  const frames: AnyFrame[] = []
  let told: Record<string, string> = {}
  for await (const block of blocksOf(response)) {
    if (block.startsWith(': log='))
      told = Object.fromEntries(
        block
          .slice(2)
          .split(' ')
          .map((pair) => pair.split('=')),
      )
    const message = parseMessage(block)
    if (message) frames.push(message)
    if (enough(frames)) break
  }
  ending.abort()
  return { frames: frames.slice(0, most), log: told.log!, recovered: told.recovered! }
}

/** The messages of a stream of server-sent events, and its comments, each as it stands. */
export async function* blocksOf(response: Response): AsyncGenerator<string> {
  let text = ''
  for await (const chunk of response.body!.pipeThrough(
    new TextDecoderStream() as never,
  ) as unknown as AsyncIterable<string>) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      yield text.slice(0, end)
      text = text.slice(end + 2)
    }
  }
}

/** The frame of a message, whose `id` must be the place the frame has. */
export function parseMessage(block: string): AnyFrame | undefined {
  const data = /^data: (.*)$/m.exec(block)?.[1]
  if (data === undefined) return undefined
  const frame = JSON.parse(data) as AnyFrame
  const id = /^id: (.*)$/m.exec(block)?.[1]
  const place = frame.type === 'snapshot' ? frame.at : `${frame.seq}${frame.sub === undefined ? '' : `.${frame.sub}`}`
  if (frame.type !== 'error' && id !== place) throw new Error(`id ${id} of what stands at ${String(place)}`)
  return frame
}

async function readPoll(home: House, session: string, place: Place): Promise<Read> {
  const query = new URLSearchParams({ trace: 'debug', wait: '5' })
  if (place.after !== undefined) query.set('after', place.after)
  if (place.log !== undefined) query.set('log', place.log)
  const { body } = await home.fetch(`/v1/sessions/${session}/events?${query}`, {
    headers: { accept: 'application/json' },
  })
  const { snapshot, events, log, recovered } = body as unknown as {
    snapshot?: { at: string; view: unknown }
    events: AnyFrame[]
    log: string
    recovered: string
  }
  return { frames: [...(snapshot ? [{ type: 'snapshot', ...snapshot }] : []), ...events], log, recovered }
}
