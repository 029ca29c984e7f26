import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { answering, VITALS } from '../process/answering.ts'
import { firstPiece, nextTick, PIECES, PIECES_OF_A_MESSAGE, type Script, sharedClock, speakOnTime } from './speech.ts'

// The peer: what one writes on an afternoon. It takes the same commands and streams the same frames, each put into JSON
// and sent as it is said. It keeps no log, so nobody who loses the line can come back: all it can do is to say everything again.

const BUFFER_BYTES = 262_144

interface Command {
  readonly type: string
  readonly id: string
  readonly ch: number
  readonly text?: string
}

const kept: string[] = []
const http = createServer()
const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false })
http.on('upgrade', (request, stream, head) => {
  sockets.handleUpgrade(request, stream, head, (socket) => serve(socket, stream))
})
await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))

answering({
  ...VITALS,
  port: () => (http.address() as AddressInfo).port,
  stop: () => {
    for (const socket of sockets.clients) socket.terminate()
    http.close()
  },
})

function serve(socket: WebSocket, stream: Duplex): void {
  const running = new Map<number, AbortController>()
  const send = (frame: object) => socket.send(JSON.stringify(frame))
  socket.on('message', (data) => {
    const { type, id, ch, text } = JSON.parse(String(data)) as Command
    if (type === 'open') send({ type: 'attached', id, ch })
    if (type === 'cancel') running.get(ch)?.abort()
    if (type === 'cancel' || type === 'input') send({ type: 'ok', id, ch })
    if (type === 'again') for (const frame of saidBefore(Number(text))) socket.send(frame)
    if (type !== 'input') return
    const run = new AbortController()
    running.set(ch, run)
    void speak(socket, stream, ch, JSON.parse(text!) as Script, run.signal)
  })
  socket.on('close', () => {
    for (const run of running.values()) run.abort()
  })
}

async function speak(
  socket: WebSocket,
  stream: Duplex,
  ch: number,
  { pace, burst, perSecond }: Script,
  signal: AbortSignal,
): Promise<void> {
  let seq = 4
  let sub = 0
  const say = (text: string) => {
    sub += 1
    socket.send(chunk(ch, seq, sub, text))
  }
  if (pace === 'timer') return speakOnTime(perSecond, signal, () => say(`<${sharedClock()}>`))
  for (let said = firstPiece(); !signal.aborted; ) {
    for (let i = 0; i < burst; i++) say(PIECES[said++ % PIECES.length]!)
    if (said % PIECES_OF_A_MESSAGE < burst) {
      seq += 3
      sub = 0
    }
    if (socket.bufferedAmount >= BUFFER_BYTES) await roomIn(stream)
    await nextTick()
  }
}

function chunk(ch: number, seq: number, sub: number, text: string): string {
  return JSON.stringify({ ch, seq, sub, at: Date.now(), type: 'chunk.text', turn: 't3', step: 't3.1', part: '0', text })
}

/** What it said so far, which it has kept as it was sent. */
function saidBefore(events: number): readonly string[] {
  while (kept.length < events) kept.push(chunk(1, 4, kept.length + 1, PIECES[kept.length % PIECES.length]!))
  return kept.slice(0, events)
}

function roomIn(stream: Duplex): Promise<void> {
  return new Promise((resolve) => {
    stream.once('drain', resolve)
    stream.once('close', resolve)
  })
}
