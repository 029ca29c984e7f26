import { type Client, connect } from '@longwire/client'
import { tap } from '../inspector/frame-tap.ts'
import { wakes } from './wakes.ts'

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
  // What passes is kept for the inspector. What was written and not sent outlives a reload of this tab.
  const options = { webSocket: tap.webSocket(WebSocket), wakes, storage: sessionStorage }
  return stay.kind === 'watch'
    ? connect(origin, { ...options, ticket: stay.ticket })
    : connect(origin, { ...options, keepSends: true })
}
