import { CUT, type DialWire, type Wire, type WireTarget } from './wire.ts'

const SUBPROTOCOL = 'longwire.v1'
const NORMAL = 1000

type SocketClass = typeof globalThis.WebSocket

/** Frames over a WebSocket with the browser's interface, which Node 22 and later have too. */
export function dialWebSocket(WebSocket: SocketClass): DialWire {
  return (target, listener) => {
    let socket: WebSocket | undefined
    let over = false
    const closed = (code: number) => {
      if (!over) listener.closed(code)
      over = true
    }
    const wire: Wire = {
      send: (frame) => socket?.send(frame),
      close() {
        over = true
        socket?.close(NORMAL)
      },
    }
    openSocket(WebSocket, target).then(
      (opening) => {
        socket = opening
        if (over) return socket.close()
        socket.onopen = () => over || listener.opened()
        socket.onmessage = ({ data }) => over || typeof data !== 'string' || listener.heard(data)
        socket.onerror = () => {} // `close` always follows, and says all that may be known
        socket.onclose = ({ code }) => closed(code)
      },
      // A page can put no headers on a WebSocket, and some policies allow none at all.
      () => closed(CUT),
    )
    return wire
  }
}

async function openSocket(WebSocket: SocketClass, { base, credentials }: WireTarget): Promise<WebSocket> {
  const { token, url = socketAddress(base), headers } = credentials()
  if (!token && !headers) return new WebSocket(url, SUBPROTOCOL)
  const { handshakeOf } = await import('./handshake.ts')
  return new WebSocket(url, await handshakeOf(SUBPROTOCOL, url, credentials()))
}

function socketAddress(base: URL): string {
  return new URL('v1/socket', base).href.replace(/^http/, 'ws')
}
