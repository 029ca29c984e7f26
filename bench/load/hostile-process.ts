import { connect, type Socket } from 'node:net'
import { answering } from '../process/answering.ts'

// A thousand connections that mean no good: some trickle, some guess, some flood, some ask and do not read.

const KINDS = ['trickles', 'guesses', 'floods', 'does not read'] as const
type Kind = (typeof KINDS)[number]

const HANDSHAKE = [
  'GET /v1/socket HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'X-Bench-As: hostile',
].join('\r\n')
const TRICKLE_MS = 900
const FLOOD_MS = 100
const COME_BACK_MS = 250

const open = new Set<Socket>()
const done: Record<Kind, number> = { trickles: 0, guesses: 0, floods: 0, 'does not read': 0 }
let isOver = true

answering({
  /** Opens so many, and keeps at it: whoever is shown out comes back. */
  begin: ({ port, connections }: { port: number; connections: number }) => {
    isOver = false
    for (let n = 0; n < connections; n++) come(KINDS[n % KINDS.length]!, port)
  },
  end: () => {
    isOver = true
    for (const socket of open) socket.destroy()
    return done
  },
  stop: () => {},
})

function come(kind: Kind, port: number): void {
  if (isOver) return
  const socket = connect(port, '127.0.0.1')
  open.add(socket)
  const acting = act(kind, socket)
  socket.on('error', () => {})
  socket.on('close', () => {
    clearInterval(acting)
    open.delete(socket)
    setTimeout(() => come(kind, port), COME_BACK_MS)
  })
}

function act(kind: Kind, socket: Socket): NodeJS.Timeout | undefined {
  const did = () => {
    done[kind] += 1
  }
  if (kind !== 'does not read') socket.resume()
  if (kind === 'trickles') {
    const line = [...HANDSHAKE]
    return setInterval(() => {
      did()
      socket.write(line.shift() ?? 'x')
    }, TRICKLE_MS)
  }
  if (kind === 'guesses') {
    did()
    socket.write(`${HANDSHAKE}\r\nAuthorization: Bearer tkt_${Math.random()}\r\n\r\n`)
    return undefined
  }
  socket.write(`${HANDSHAKE}\r\n\r\n`)
  const command = kind === 'floods' ? frame('{"type":"nonsense"}') : frame('{"type":"ping","id":"1"}')
  return setInterval(() => {
    did()
    if (socket.writableLength < 65_536) socket.write(Buffer.concat(Array(2).fill(command)))
  }, FLOOD_MS)
}

/** A masked text frame, as clients send them. */
function frame(text: string): Buffer {
  const body = Buffer.from(text)
  return Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body])
}
