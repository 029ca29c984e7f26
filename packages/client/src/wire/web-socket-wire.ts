import type { DialWire } from './wire.ts'

const SUBPROTOCOL = 'longwire.v1'
const NORMAL = 1000

/** Frames over a WebSocket with the browser's interface, which Node 22 and later have too. */
export function dialWebSocket(WebSocket: typeof globalThis.WebSocket): DialWire {
  return (url, listener) => {
    const socket = new WebSocket(url, SUBPROTOCOL)
    let over = false
    socket.onopen = () => over || listener.opened()
    socket.onmessage = ({ data }) => over || typeof data !== 'string' || listener.heard(data)
    socket.onerror = () => {} // `close` always follows, and says all that may be known
    socket.onclose = ({ code }) => {
      if (over) return
      over = true
      listener.closed(code)
    }
    return {
      send: (frame) => socket.send(frame),
      close() {
        over = true
        socket.close(NORMAL)
      },
    }
  }
}
