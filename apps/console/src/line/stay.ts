import { type Client, connect } from '@longwire/client'
import { tap } from '../inspector/frame-tap.ts'

/** As whom this page is here: for itself, or with a ticket that lets it watch one session. */
export type Stay =
  | { readonly kind: 'own' }
  | { readonly kind: 'watch'; readonly session: string; readonly ticket: string }

const WATCH = /^\/watch\/([^/]+)$/

/** What the address of the page says. The ticket stands behind `#`, so that no server and no log gets to see it. */
export function stayOf({ pathname, hash }: Pick<Location, 'pathname' | 'hash'>): Stay {
  const session = WATCH.exec(pathname)?.[1]
  if (session === undefined) return { kind: 'own' }
  return { kind: 'watch', session: decodeURIComponent(session), ticket: decodeURIComponent(hash.slice(1)) }
}

export function clientOf(stay: Stay, origin: string): Client {
  // What passes is kept for the inspector.
  const webSocket = tap.webSocket(WebSocket)
  return connect(origin, stay.kind === 'watch' ? { ticket: stay.ticket, webSocket } : { webSocket })
}
