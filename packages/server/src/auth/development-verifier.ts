import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'
import { type Identity, isLoopback, type Verifier } from './verifier.ts'

const LOCAL: Identity = { principal: 'local', roles: ['*'], sees: { trace: 'debug', reasoning: true } }

/**
 * Everybody on this machine is the principal `local`. Only a request that came over loopback, for a loopback name, and
 * from no page of another origin is believed: a name that was rebound to 127.0.0.1 by a hostile page is not.
 */
export const developmentVerifier: Verifier = {
  name: 'development',
  async verify(request: IncomingMessage): Promise<Identity> {
    const from = request.socket.remoteAddress?.replace('::ffff:', '') ?? ''
    if (!isLoopback(from)) throw new Refusal('unauthenticated', 'in development only this machine is let in')
    const host = hostName(request.headers.host)
    if (host === undefined || !isLoopback(host)) {
      throw new Refusal('unauthenticated', 'in development the host must be localhost or a loopback address')
    }
    return LOCAL
  },
}

function hostName(host: string | undefined): string | undefined {
  try {
    return host === undefined ? undefined : new URL(`http://${host}`).hostname
  } catch {
    return undefined
  }
}
