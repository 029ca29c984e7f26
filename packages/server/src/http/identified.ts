import type { IncomingMessage } from 'node:http'
import type { MiddlewareHandler } from 'hono'
import type { DoorEnv, DoorHouse } from './context.ts'
import { bytesOf } from './request.ts'

/** In front of doors that serve nobody who is not known: puts who asks into `identity`. */
export function identified({ identify, limits }: Pick<DoorHouse, 'identify' | 'limits'>): MiddlewareHandler<DoorEnv> {
  return async (c, next) => {
    c.set('identity', await identify(c.env.incoming as IncomingMessage, () => bytesOf(c, limits.frameBytes)))
    await next()
  }
}
