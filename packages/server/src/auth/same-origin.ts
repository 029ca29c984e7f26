import type { IncomingMessage } from 'node:http'
import { Refusal } from '../refusal.ts'

/** Refuses a request that a page of another origin makes. What is no browser sends no `Origin`, and passes. */
export function refuseForeignOrigin(request: IncomingMessage): void {
  const { origin, host } = request.headers
  if (origin === undefined) return
  if (originHost(origin) !== host) {
    throw new Refusal('forbidden', `a page of ${origin} may not use this server`)
  }
}

function originHost(origin: string): string | undefined {
  try {
    return new URL(origin).host
  } catch {
    return undefined
  }
}
