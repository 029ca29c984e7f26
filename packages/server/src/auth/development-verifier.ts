import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import type { Origins } from './origins.ts'
import { forwardedFor } from './proxies.ts'
import { type Identity, isLoopback, type Verifier } from './verifier.ts'

const LOCAL: Identity = { principal: 'local', roles: ['*'], sees: { trace: 'debug', reasoning: true } }

/**
 * Everybody on this machine is the principal `local`. Only a request that came over loopback, for a loopback name, handed on
 * for nobody else, and from no page of another origin is believed: a name that was rebound to 127.0.0.1 by a hostile page is
 * not.
 */
export function developmentVerifier(origins: Origins): Verifier {
  return {
    name: 'development',
    isGuessable: false,
    async verify(request: IncomingMessage): Promise<Identity> {
      const from = request.socket.remoteAddress?.replace('::ffff:', '') ?? ''
      const isHandedOn = request.headers.forwarded !== undefined || !forwardedFor(request).every(isLoopback)
      if (!isLoopback(from) || isHandedOn) {
        throw new Refusal('unauthenticated', 'in development only this machine is let in')
      }
      const host = hostName(request.headers.host)
      if (host === undefined || !isLoopback(host)) {
        throw new Refusal('unauthenticated', 'in development the host must be localhost or a loopback address')
      }
      if (origins.isForeign(request) || isOfAnotherSite(request)) {
        throw new Refusal('unauthenticated', 'in development only pages of this server are let in')
      }
      return LOCAL
    },
  }
}

/** A browser that sends no `Origin` with a picture or a frame says this of the page that it is in. */
function isOfAnotherSite({ headers }: IncomingMessage): boolean {
  return headers.origin === undefined && headers['sec-fetch-site'] === 'cross-site'
}

function hostName(host: string | undefined): string | undefined {
  try {
    return host === undefined ? undefined : new URL(`http://${host}`).hostname
  } catch {
    return undefined
  }
}
