import { later } from '../later.ts'
import type { OutsideOptions } from '../outside.ts'
import { dialWebSocket } from './web-socket-wire.ts'
import { CUT, type DialWire, type Wire, type WireName } from './wire.ts'

export type Dials = Readonly<Record<WireName, DialWire>>

/** Puts something between a client and its wires: a connection that several share. */
export type ShareLine = (dial: DialWire, wire: WireName) => DialWire

/** How each wire is dialled. What most clients never need is loaded when it is needed. */
export function dialsOf({ webSocket, share = (dial) => dial }: OutsideOptions, fetch: typeof globalThis.fetch): Dials {
  const overHttp =
    (kind: 'sse' | 'poll'): DialWire =>
    (target, listener) => {
      let wire: Wire | undefined
      const close = later(
        import('./http-wire.ts'),
        ({ dialHttp }) => {
          wire = dialHttp(kind, fetch)(target, listener)
          return () => wire!.close()
        },
        () => listener.closed(CUT),
      )
      return { send: (frame) => wire?.send(frame), close }
    }
  return {
    websocket: share(
      (target, listener) => dialWebSocket(webSocket ?? globalThis.WebSocket)(target, listener),
      'websocket',
    ),
    sse: share(overHttp('sse'), 'sse'),
    poll: share(overHttp('poll'), 'poll'),
  }
}
