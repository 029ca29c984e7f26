import { setTimeout as wait } from 'node:timers/promises'
import type { Mount, MountedLine, MountHouse } from '@longwire/server'
import { type Namespace, Server, type Socket } from 'socket.io'
import { eventOf, frameOf } from './events.ts'
import { SocketIoWire } from './socket-io-wire.ts'

export interface SocketIoOptions {
  /** Where clients look for it: `/socket.io/` unless given. */
  readonly path?: string
}

/** Longwire's own protocol, which is spoken where a client asks for no namespace. */
const NATIVE = '/v1/socket'

/**
 * Lets a stock `socket.io-client` in, over WebSocket or polling. In the namespace `/` a command is an event named for its
 * type, and so is each frame; in a namespace that is the address of a dialect, the frames are those of the dialect.
 */
export function socketIo({ path = '/socket.io/' }: SocketIoOptions = {}): Mount {
  return {
    path,
    mount(house) {
      const io = new Server(house.http, {
        path,
        // Others' handshakes are the server's to answer.
        destroyUpgrade: false,
        serveClient: false,
        maxHttpBufferSize: house.frameBytes,
        perMessageDeflate: false,
        allowRequest: (request, answer) => {
          const refusal = house.refusalOf(request)
          answer(refusal ?? null, refusal === undefined)
        },
      })
      serve(io.of('/'), house, () => NATIVE)
      serve(
        io.of((name, _auth, decide) => decide(null, addressOf(house, name) !== undefined)),
        house,
        (socket) => addressOf(house, socket.nsp.name)!,
      )
      return async () => {
        await upgraded(io)
        io.disconnectSockets(true)
        // Not `close`, which would close the server that it is mounted on.
        io.engine.close()
      }
    },
  }
}

/**
 * Resolves when no client is between two transports, or soon. One that is left there hears no goodbye over either, and
 * believes for the better part of a minute that it is connected.
 */
async function upgraded(io: Server): Promise<void> {
  const clients = Object.values((io.engine as unknown as { readonly clients?: Record<string, Client> }).clients ?? {})
  const soon = wait(UPGRADE_MS, undefined, { ref: false })
  for (const client of clients) {
    if (!client.upgrading) continue
    await Promise.race([soon, new Promise<void>((done) => client.once('upgrade', done).once('close', done))])
  }
}

/** As engine.io has it. */
interface Client {
  readonly upgrading: boolean
  once(event: 'upgrade' | 'close', listener: () => void): this
}

const UPGRADE_MS = 1_000

/** A namespace is the address of a dialect, whose last part may be left out where it only says that it is a WebSocket. */
function addressOf(house: MountHouse, namespace: string): string | undefined {
  return [namespace, `${namespace}/websocket`].find((address) => house.speaks(address))
}

function serve(namespace: Namespace, house: MountHouse, address: (socket: Socket) => string): void {
  const lines = new WeakMap<Socket, MountedLine>()
  namespace.use((socket, next) => {
    open(socket, house, address(socket))
      .then((line) => {
        lines.set(socket, line)
        next()
      })
      .catch(next)
  })
  namespace.on('connection', (socket: Socket) => {
    const line = lines.get(socket)!
    socket.onAny((event: string, ...args: unknown[]) => line.heard(JSON.stringify(frameOf(event, args))))
    socket.on('disconnect', () => line.over())
    line.begin()
  })
}

function open(socket: Socket, house: MountHouse, address: string): Promise<MountedLine> {
  const { ticket } = socket.handshake.auth as { readonly ticket?: unknown }
  return house.open({
    request: socket.request,
    address,
    ticket: typeof ticket === 'string' ? ticket : undefined,
    wire: new SocketIoWire(socket, house.bufferBytes, eventOf),
  })
}
